// The paths of Anaplan's APIs that a mistyped one may have meant. Rule: pure, and loaded only when a path was not found.

import { nearest } from "../base/near_names.ts";

/** What is often called; `*` is an id, which is taken from what was typed. */
const PATHS: readonly string[] = [
  "/2/0/users",
  "/2/0/users/me",
  "/2/0/workspaces",
  "/2/0/workspaces/*",
  "/2/0/workspaces/*/models",
  "/2/0/models",
  "/2/0/models/*",
  ...["", "/workspaces/*"].flatMap((workspace) =>
    ["files", "imports", "exports", "processes", "actions", "lists", "modules", "views", "versions"]
      .map((list) => `/2/0${workspace}/models/*/${list}`)
  ),
  "/2/0/workspaces/*/models/*/files/*/chunks",
  "/2/0/workspaces/*/models/*/imports/*/tasks",
  "/2/0/workspaces/*/models/*/exports/*/tasks",
  "/2/0/workspaces/*/models/*/processes/*/tasks",
  "/audit/api/1/events",
  "/scim/1/0/v2/Users",
];
/** What people leave out. */
const VERSION = "/2/0";

/** The path that a path may have meant; `undefined` when none is near, or when it is one itself. */
export function nearPath(path: string): string | undefined {
  const typed = path.replace(/\/$/, "");
  for (const whole of [typed, VERSION + typed]) {
    const [meant] = nearest(whole, PATHS.map((one) => fillIds(one, whole)));
    if (meant !== undefined) return meant === path ? undefined : meant;
  }
  return undefined;
}

/** The known path with the ids of a path that has as many parts. */
function fillIds(known: string, path: string): string {
  const parts = path.split("/");
  const names = known.split("/");
  if (names.length !== parts.length) return known;
  return names.map((name, at) => name === "*" ? parts[at] : name).join("/");
}
