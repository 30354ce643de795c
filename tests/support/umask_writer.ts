// A program that saves a draft and rescues tokens below the directory that it is given, for umask_test.ts.
import { CliError } from "../../src/errors.ts";
import { rescueTokenSet } from "../../src/rescue.ts";
import { loadDraft, saveDraft } from "../../src/sign_in/draft.ts";
import { LOGIN } from "./logins.ts";

if (import.meta.main) {
  const [directory = ""] = Deno.args;
  const place = { configDir: `${directory}/config`, profile: "default" };
  saveDraft(place, { clientId: "a-client" });
  if (loadDraft(place).clientId !== "a-client") throw new Error("The draft cannot be read");
  const env = (name: string): string | undefined => name === "TMPDIR" ? directory : undefined;
  rescueTokenSet(LOGIN, "/there.json", new CliError("storage", "Cannot write"), { env });
}
