// Logins in etcd. Rule: a row is one key, and each save of it compares the key's revision and the lock that it was made
// under.

import { isProfileName, run, shellWord } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { codeOrQuoted } from "../../base/names.ts";
import type { Address } from "./address.ts";
import type { Engine, EngineSystem, Health, Row } from "./engine.ts";
import { type EtcdClient, etcdClient } from "./etcd_client.ts";
import { lockKey } from "./etcd_lock.ts";
import { type EtcdPlace, rowIn } from "./etcd_row.ts";
import { fitVersion } from "./row_texts.ts";

/** The version of the keys. */
const VERSION = "1";

/** Opens the logins under an address's prefix. */
export function etcd(address: Address, system: EngineSystem): Engine {
  const client = etcdClient(address, system);
  const prefix = `${address.path || "anaplan-auth"}/`;
  const logins = `${prefix}logins/`;
  const place: EtcdPlace = {
    ...{ address, client, system },
    loginKey: (profile) => logins + profile,
    lockKey: (profile) => `${prefix}locks/${profile}`,
  };
  const versionKey = `${prefix}version`;
  const assertVersion = async (): Promise<void> => {
    const version = (await client.get(versionKey))?.value;
    if (version !== VERSION) throw otherVersion(address, version);
  };
  return {
    name: address.name,
    creation: () => Promise.resolve(`etcdctl put ${shellWord(versionKey)} ${VERSION}`),
    async read(profile) {
      await assertVersion();
      const found = await client.get(place.loginKey(profile));
      return found && rowIn(found.value);
    },
    async rows() {
      await assertVersion();
      const found = await client.list(logins);
      return new Map(found.map(({ key, value }) => rowOf(key.slice(logins.length), value)));
    },
    async lock(profile, owner) {
      await assertVersion();
      return await lockKey(profile, owner, place);
    },
    async create() {
      const compare = [{ key: versionKey, created: "0" }];
      await client.transact({ compare, then: [{ put: versionKey, value: VERSION }] });
      await assertVersion();
    },
    health: () => healthOf(client),
  };
}

/** A row by its name; the text under a name that the caller leaves out is not read. */
function rowOf(name: string, text: string): readonly [string, Row] {
  return [name, isProfileName(name) ? rowIn(text) : { generation: "0" }];
}

async function healthOf(client: EtcdClient): Promise<Health> {
  const { version } = await client.call("/v3/maintenance/status", {});
  const { members } = await client.call("/v3/cluster/member/list", {});
  const count = Array.isArray(members) ? members.length : 1;
  return {
    version: `etcd ${fitVersion(version)}`,
    replication: count === 1 ? "1 member" : `${count} members; most of them have each save`,
  };
}

function otherVersion({ name }: Address, version: string | undefined): CliError {
  const reason = version === undefined
    ? "its keys are missing"
    : `its keys have version ${codeOrQuoted(version)}, and this program uses ${VERSION}`;
  return new CliError("storage", `Cannot use the login store ${name}: ${reason}`, {
    reason,
    next: version === undefined
      ? run("store init", { flags: "ADDRESS" })
      : "use the same version of anaplan-auth on every computer",
  });
}
