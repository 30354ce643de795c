// The answers of a first sign-in that is not finished. Rule: kept privately, without any secret, offered
// the next time, and removed after a sign-in. A draft that cannot be saved fails nothing.

import { ifPossible } from "../base/errors.ts";
import { field, fieldsOf, onlyDefined, parseObject } from "../base/json.ts";
import { readIn } from "../files/private_file.ts";
import { removePrivateFile, writeIn } from "../files/replacement.ts";
import type { ProfileLocation } from "../settings/location.ts";
import { printable } from "../base/masking.ts";

const NAMES = ["region", "clientId", "deviceClientId", "redirectUri"] as const;

/** What has been answered so far. */
export type Draft = { readonly [Name in typeof NAMES[number]]?: string };

/** The answers of the last time; none when there are none, or they cannot be read. */
export function loadDraft(place: ProfileLocation): Draft {
  const fields = ifPossible(() => readIn(place.configDir, fileOf(place), parseObject, "")) ?? {};
  const answer = (name: string): string | undefined => field(fields, name, "string");
  return onlyDefined(fieldsOf(NAMES, (name) => answer(name) && printable(answer(name) ?? "")));
}

/** Keeps the answers. */
export function saveDraft(place: ProfileLocation, draft: Draft): void {
  const text = JSON.stringify({ version: 1, ...draft }) + "\n";
  ifPossible(() => writeIn(place.configDir, fileOf(place), text));
}

export function removeDraft(place: ProfileLocation): void {
  ifPossible(() => removePrivateFile(`${place.configDir}/${fileOf(place)}`));
}

function fileOf({ profile }: ProfileLocation): string {
  return `drafts/${profile}.json`;
}
