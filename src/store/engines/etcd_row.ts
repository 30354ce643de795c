// A row in etcd as the text of its key. Rule: what another version added to it stays in it while it is only prepared.

import { run, words } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { asObject, field, type Fields, parseObject } from "../../base/json.ts";
import type { Address } from "./address.ts";
import type { EngineSystem, NewRow, Row } from "./engine.ts";
import type { EtcdClient } from "./etcd_client.ts";
import { fitRow } from "./row_texts.ts";

/** Where things are under a prefix. */
export interface EtcdPlace {
  readonly address: Address;
  readonly client: EtcdClient;
  readonly system: EngineSystem;
  loginKey(profile: string): string;
  lockKey(profile: string): string;
}

/** A row as it is kept. @throws {CliError} `storage` for a text that is none. */
export function rowIn(text: string): Row {
  const fields = fieldsIn(text);
  const attempt = asObject(fields.attempt);
  return {
    login: field(fields, "login", "string"),
    settings: field(fields, "settings", "string"),
    ...fitRow({
      generation: field(fields, "generation", "string"),
      savedBy: field(fields, "savedBy", "string"),
      savedAt: field(fields, "savedAt", "number"),
      attempt: attempt &&
        { id: field(attempt, "id", "string") ?? "", by: field(attempt, "by", "string") ?? "" },
    }),
  };
}

function fieldsIn(text: string): Fields {
  try {
    return parseObject(text);
  } catch (cause) {
    throw new CliError("storage", "Cannot use the login store: a login in it is damaged", {
      next: words`remove its key (etcdctl del), then sign in: ${run("login")}`,
      cause,
    });
  }
}

/** The text of a new row; `mine` names the save, so that it can be known again. */
export function rowText(next: NewRow, before: Row, by: string, mine: string, now: number): string {
  const generation = `${Number(before.generation) + 1}`;
  return JSON.stringify({ generation, ...next, savedBy: by, savedAt: now, savedAttempt: mine });
}
