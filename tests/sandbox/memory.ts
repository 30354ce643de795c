// Keeps what the authorization server stores, in memory, for one sandbox.
// Rule: each sandbox has its own, and a test can end all tokens of one kind.
// @ts-types="@types/oidc-provider"
import type { Adapter, AdapterPayload } from "oidc-provider";

type Entries = Map<string, AdapterPayload>;

/** The storage of one authorization server: one `Adapter` for each of its models. */
export interface Memory {
  adapter(model: string): Adapter;
  /** Forgets everything of one model, such as all of `RefreshToken`. */
  forget(model: string): void;
}

/** Makes an empty memory. */
export function createMemory(): Memory {
  const models = new Map<string, Entries>();
  const entriesOf = (model: string): Entries => {
    const entries: Entries = models.get(model) ?? new Map();
    models.set(model, entries);
    return entries;
  };
  return {
    adapter: (model) => createAdapter(entriesOf(model)),
    forget: (model) => entriesOf(model).clear(),
  };
}

function createAdapter(entries: Entries): Adapter {
  const find = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined =>
    entries.values().find(matches);
  return {
    // Nothing is dropped when it expires: the library looks at `exp` itself, and a sandbox is short-lived.
    upsert: (id, payload) => {
      entries.set(id, payload);
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(entries.get(id)),
    findByUid: (uid) => Promise.resolve(find((payload) => payload.uid === uid)),
    findByUserCode: (code) => Promise.resolve(find((payload) => payload.userCode === code)),
    consume: (id) => {
      const payload = entries.get(id);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      return Promise.resolve();
    },
    destroy: (id) => {
      entries.delete(id);
      return Promise.resolve();
    },
    revokeByGrantId: (grantId) => {
      for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
      return Promise.resolve();
    },
  };
}
