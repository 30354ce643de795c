// The answers of a first sign-in that is not finished. Rule: kept privately, without any secret, offered
// the next time, and removed after a sign-in. A draft that cannot be saved fails nothing.

import { ifPossible } from "../base/errors.ts";
import { field, fieldsOf, onlyDefined, parseObject } from "../base/json.ts";
import { readIn } from "../files/private_file.ts";
import { removePrivateFile, writeIn } from "../files/replacement.ts";
import type { Settings } from "../settings/settings.ts";
import { printable } from "../base/masking.ts";

const NAMES = ["region", "clientId", "deviceClientId", "redirectUri"] as const;

/** What has been answered so far. */
export type Draft = { readonly [Name in typeof NAMES[number]]?: string };

export type DraftPlace = Pick<Settings, "configDir" | "profile">;

/** The answers of the last time; none when there are none, or they cannot be read. */
export function loadDraft(place: DraftPlace): Draft {
  const fields = ifPossible(() => readIn(place.configDir, fileOf(place), parseObject, "")) ?? {};
  const answer = (name: string): string | undefined => field(fields, name, "string");
  return onlyDefined(fieldsOf(NAMES, (name) => answer(name) && printable(answer(name) ?? "")));
}

/** Keeps the answers. */
export function saveDraft(place: DraftPlace, draft: Draft): void {
  const text = JSON.stringify({ version: 1, ...draft }) + "\n";
  ifPossible(() => writeIn(place.configDir, fileOf(place), text));
}

/** Forgets the answers. */
export function removeDraft(place: DraftPlace): void {
  ifPossible(() => removePrivateFile(`${place.configDir}/${fileOf(place)}`));
}

function fileOf({ profile }: DraftPlace): string {
  return `drafts/${profile}.json`;
}
