// deno task permissions: what each command may touch, as permission sets and tasks in deno.json.
// Rule: made from the table of commands and src/system/needs.ts, and from nothing else. What runs without
// deno.json, such as the installed program, gets the same as flags.

import { SOCKET_STAGE } from "../src/files/socket_file.ts";
import { type CommandEntry, COMMANDS } from "../src/cli/tree/commands.ts";
import { KEY_HELPERS } from "../src/system/key_needs.ts";
import type { Needs } from "../src/system/contract.ts";
import { HOSTS, SPECIAL_VARIABLES, VARIABLES } from "../src/system/needs.ts";
import { ROOT, say } from "./tool.ts";

/** A permission set, as deno.json has it: what is not listed is denied. */
export type PermissionSet = Readonly<Record<string, true | readonly string[]>>;

/** What any command of the program needs; each gives up the rest before it runs. */
export const EVERYTHING: Needs = {
  network: true,
  programs: true,
  socket: true,
  variables: SPECIAL_VARIABLES,
};

/** The place of a Unix socket, among the hosts. */
const SOCKET = `unix:${SOCKET_STAGE}/d/s`;

/**
 * The needs that a set is made for. A set allows the helpers of keychains at most: the few tasks that run any program
 * show `--allow-run`, which takes the place of what the set says.
 */
const SETS: Readonly<Record<string, Needs>> = {
  offline: COMMANDS.relay.needs,
  online: COMMANDS.token.needs,
  unseal: COMMANDS.unseal.needs,
  doctor: COMMANDS.doctor.needs,
  proxy: COMMANDS.proxy.needs,
  complete: COMMANDS.complete.needs,
};

/** Everything that these needs permit, but of programs only the helpers of keychains. */
export function permissionSet(
  { network, socket, keys, variables = [], only }: Needs,
): PermissionSet {
  return {
    read: true,
    ...(only === undefined ? { write: true, sys: ["uid"] } : {}),
    ...(network ? { net: [...HOSTS, ...(socket ? [SOCKET] : [])] } : {}),
    ...(keys ? { run: KEY_HELPERS } : {}),
    env: only ?? [...VARIABLES, ...variables],
  };
}

/** The flags of `deno run` for these needs, where no deno.json is read. */
export function permissionFlags(needs: Needs): string[] {
  const { run, ...others } = permissionSet(needs);
  const programs = needs.programs || run;
  const flags = Object.entries({ ...others, ...(programs ? { run: programs } : {}) }).map((
    [kind, value],
  ) => value === true ? `--allow-${kind}` : `--allow-${kind}=${value.join(",")}`);
  return ["--no-prompt", ...flags];
}

/** deno.json with the permission sets and the tasks of the commands made anew. */
export function withPermissions(config: { tasks: Record<string, { command: string }> }): unknown {
  const commands = Object.entries(COMMANDS).map(([name, entry]) => [name, taskOf(name, entry)]);
  const others = Object.entries(config.tasks)
    .filter(([name, { command }]) => !command.endsWith(` main.ts ${name}`));
  const sets = Object.entries(SETS).map(([name, needs]) => [name, permissionSet(needs)]);
  return {
    ...config,
    permissions: Object.fromEntries(sets),
    tasks: Object.fromEntries([...commands, ...others]),
  };
}

/** Of Deno, for `proxy`: a longer answer would leave V8 with sixteen times as much memory for what is young. */
export const PROXY_FLAG = "--v8-flags=--max-semi-space-size=1";

function taskOf(name: string, { brief, needs }: CommandEntry): unknown {
  const wanted = JSON.stringify(permissionSet(needs));
  const set = Object.keys(SETS).find((each) =>
    JSON.stringify(permissionSet(SETS[each] ?? {})) === wanted
  );
  if (set === undefined) throw new Error(`No permission set is what ${name} needs`);
  const flags = `-P=${set}${needs.programs ? " --allow-run" : ""}`;
  const memory = needs.socket ? `${PROXY_FLAG} ` : "";
  return {
    description: brief,
    // without --quiet Deno draws its progress when it loads a file
    command: "ANAPLAN_AUTH_COMMAND='deno task' deno run --quiet --no-prompt --no-remote " +
      `${flags} ${memory}main.ts ${name}`,
  };
}

if (import.meta.main) {
  const path = `${ROOT}/deno.json`;
  const config = withPermissions(JSON.parse(await Deno.readTextFile(path)));
  await Deno.writeTextFile(path, JSON.stringify(config, undefined, 2) + "\n");
  say("deno.json has the permissions of the commands");
}
