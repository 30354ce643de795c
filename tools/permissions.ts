// The permission flags that a command is run with. Rule: made from what the commands say they need, and
// from nothing else; deno.json's tasks are compared with these.

import { SOCKET_STAGE } from "../src/base/socket_stage.ts";
import { HOSTS, SPECIAL_VARIABLES, VARIABLES } from "../src/system/needs.ts";
import type { Needs } from "../src/system/contract.ts";

/** What any command of the program needs; each gives up the rest before it runs. */
export const EVERYTHING: Needs = {
  network: true,
  programs: true,
  socket: true,
  variables: SPECIAL_VARIABLES,
};

/** The hosts of `--allow-net`, and the place of a Unix socket. */
export function reachable({ socket }: Needs): string[] {
  return [...HOSTS, ...(socket ? [`unix:${SOCKET_STAGE}/d/s`] : [])];
}

/** The flags of `deno run` for these needs. */
export function permissionFlags(needs: Needs): string[] {
  const { network, programs, variables = [], only } = needs;
  return [
    "--no-prompt",
    ...(network ? [`--allow-net=${reachable(needs).join(",")}`] : []),
    "--allow-read",
    ...(only === undefined ? ["--allow-write", "--allow-sys=uid"] : []),
    `--allow-env=${(only ?? [...VARIABLES, ...variables]).join(",")}`,
    ...(programs ? ["--allow-run"] : []),
  ];
}
