// A new key in a keychain. Rule: it is remembered before it is stored, so that none is forgotten there.

import { run, words } from "../base/advice.ts";
import { CliError, toCliError } from "../base/errors.ts";
import { realPath } from "../files/real_path.ts";
import type { System } from "../system/contract.ts";
import { keyIn, newKeyText } from "./key.ts";
import type { KeySource } from "./key_source.ts";
import { keyOf, storeKey } from "./keys.ts";
import { changeChoice, type KeyChange } from "./reseal.ts";

/** A new key in the keychain that is named, or in the first one that answers. */
export async function newKey(
  name: string | undefined,
  change: KeyChange,
  platform: System["platform"],
): Promise<KeySource> {
  const failures: CliError[] = [];
  for (const keychain of name === undefined ? usualKeychains(platform) : [name]) {
    const text = newKeyText();
    const key = await keyIn(new TextEncoder().encode(text));
    if (key === undefined) throw new Error("a new key is a key");
    const madeFor = realPath(change.configDir);
    const source: KeySource = { by: "keychain", name: keychain, id: key.id, madeFor };
    // remembered first: a key that is in the keychain and unused is removed from there the next time
    await changeChoice(change, ({ key, old }) => ({ key, old: [...old, source] }));
    try {
      await storeKey(source, text, change.system);
    } catch (error) {
      failures.push(toCliError(error));
      const isOther = ({ id }: KeySource): boolean => id !== source.id;
      await changeChoice(change, ({ key, old }) => ({ key, old: old.filter(isOther) }));
      continue;
    }
    await keyOf(source, change.system); // it can be got again
    return source;
  }
  const [first] = failures;
  if (failures.length === 1 && first !== undefined) throw first;
  const reasons = failures.map(({ reason, message }) => reason ?? message).join("; ");
  throw new CliError("storage", `Cannot find a keychain: ${reasons}`, {
    next: words`${run("seal", { flags: "--key-file FILE" })}, or install one of these helpers`,
  });
}

function usualKeychains(platform: System["platform"]): string[] {
  if (platform === "darwin") return ["osxkeychain"];
  return platform === "windows" ? ["wincred"] : ["secretservice", "pass"];
}
