// When new tokens cannot be saved where they belong. Rule: loaded in that emergency only; the tokens go
// into a private file elsewhere, never onto a screen.

import { CliError } from "./errors.ts";
import { directoryIn } from "./place.ts";
import { writePrivateFile } from "./private_file.ts";
import type { System } from "./system.ts";
import { shellWord } from "./text.ts";
import { serializeTokenSet, type TokenSet } from "./token_set.ts";

/** Puts the token set into a private file elsewhere; the error says how to put it back. */
export function rescueTokenSet(
  tokenSet: TokenSet,
  path: string,
  cause: CliError,
  system: Pick<System, "env" | "platform">,
): CliError {
  const name = `anaplan-auth-rescued-${crypto.randomUUID()}.json`;
  const named = ["XDG_RUNTIME_DIR", "TMPDIR", "TEMP"].map((name) => directoryIn(name, system));
  for (const place of [...named, "/tmp"]) {
    if (place === undefined) continue;
    const rescued = `${place.replace(/[/\\]$/, "")}/${name}`;
    try {
      writePrivateFile(rescued, serializeTokenSet(tokenSet));
    } catch {
      continue;
    }
    return new CliError(
      "storage",
      `The new tokens are safe, but not in their place: ${cause.message}`,
      {
        next: `mend that, then put them back before anything else: mv ${shellWord(rescued)} ${
          shellWord(path)
        }`,
        cause,
      },
    );
  }
  return new CliError("storage", `The new tokens could not be saved anywhere: ${cause.message}`, {
    next: "mend that, then anaplan-auth login; the old refresh token may no longer be valid",
    cause,
  });
}
