// A program that saves a draft and rescues tokens below the directory that it is given, for umask_test.ts.
import { serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { CliError } from "../../src/base/errors.ts";
import { rescueLogin } from "../../src/store/rescue.ts";
import { loadDraft, saveDraft } from "../../src/sign_in/draft.ts";
import { LOGIN } from "../support/logins.ts";

if (import.meta.main) {
  const [directory = ""] = Deno.args;
  const place = { configDir: `${directory}/config`, profile: "default" };
  saveDraft(place, { clientId: "a-client" });
  if (loadDraft(place).clientId !== "a-client") throw new Error("The draft cannot be read");
  const env = (name: string): string | undefined => name === "HOME" ? directory : undefined;
  const lock = { note: (): void => {}, identity: "an-id /there.lock" };
  const cause = new CliError("storage", "Cannot write");
  const failed = { path: "/there.json", follows: "none", waiting: undefined, lock, cause };
  rescueLogin(serializeTokenSet(LOGIN), failed, { env });
}
