// The permission flags that a command is run with. Rule: made from what the commands say they need, and
// from nothing else; deno.json's tasks are compared with these.

import { KEY_HELPERS } from "../src/system/key_needs.ts";
import { HOSTS, SPECIAL_VARIABLES, VARIABLES } from "../src/system/needs.ts";
import type { Needs } from "../src/system/contract.ts";

/** What any command of the program needs; each gives up the rest before it runs. */
export const EVERYTHING: Needs = { network: true, programs: true, variables: SPECIAL_VARIABLES };

/** The flags of `deno run` for these needs. */
export function permissionFlags(
  { network, programs, keys, variables = [], only }: Needs,
): string[] {
  return [
    "--no-prompt",
    ...(network ? [`--allow-net=${HOSTS.join(",")}`] : []),
    "--allow-read",
    ...(only === undefined ? ["--allow-write", "--allow-sys=uid"] : []),
    `--allow-env=${(only ?? [...VARIABLES, ...variables]).join(",")}`,
    ...(programs ? ["--allow-run"] : keys ? [`--allow-run=${KEY_HELPERS.join(",")}`] : []),
  ];
}
