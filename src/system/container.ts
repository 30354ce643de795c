// Whether the program runs in a container. Rule: looks, and changes nothing; loaded by a sign-in only.

import { ifPossible } from "../base/errors.ts";
import { env } from "./surroundings.ts";

/** Whether this seems to run in a container. */
export function isContainer(): boolean {
  if (env("container") || env("KUBERNETES_SERVICE_HOST")) return true;
  return ["/.dockerenv", "/run/.containerenv"].some((path) =>
    ifPossible(() => Deno.lstatSync(path).isFile)
  );
}
