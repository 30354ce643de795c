// Files that may hold tokens in plain text, although logins are sealed: what nothing puts back and nothing replaces.
// Rule: it only looks.

import { parseObject } from "../base/json.ts";
import { ifPossible } from "../base/errors.ts";
import { listDirectory, readPrivateFile } from "../files/private_file.ts";
import { isOwnedByUser } from "../files/loose_files.ts";
import { realPath } from "../files/real_path.ts";
import type { System } from "../system/contract.ts";
import { ADDRESS, PREFIX, rescuePlaces } from "./rescue.ts";
import { isSealed } from "../oauth/token_set.ts";

/** The damaged logins and the rescued tokens of a configuration directory that are not sealed. */
export function plainTexts(configDir: string, system: Pick<System, "env">): string[] {
  const directory = `${configDir}/credentials`;
  const damaged = namesIn(directory).filter((name) => /\.json(\.next)?\.bad/.test(name))
    .map((name) => `${directory}/${name}`);
  const rescued = [...new Set(rescuePlaces(configDir, system))].flatMap((place) =>
    namesIn(place).filter((name) => name.startsWith(PREFIX)).map((name) => `${place}/${name}`)
  ).filter((path) => isOwnedByUser(path) && !isElsewhere(path, configDir));
  return [...damaged, ...rescued].filter((path) => !isSealed(textOf(path)));
}

/** Whether a rescued file that can be read is of another configuration directory. */
function isElsewhere(path: string, configDir: string): boolean {
  const fields = ifPossible(() => parseObject(textOf(path)));
  const directory = JSON.stringify(`${realPath(configDir)}/`).slice(0, -1);
  return fields !== undefined && !String(fields[ADDRESS]).includes(` ${directory}`);
}

function textOf(path: string): string {
  return ifPossible(() => readPrivateFile(path)) ?? "";
}

function namesIn(directory: string): string[] {
  return ifPossible(() => listDirectory(directory)) ?? [];
}
