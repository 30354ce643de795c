// store status: where logins are, who saved them, and how the database copies them.

import { everyLogin } from "../session/every_profile.ts";
import { run, type Words, words } from "../base/words.ts";
import { table } from "../base/lines.ts";
import { dateTime, isoTimeOrNull } from "../base/times.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { configDirectory } from "../settings/location.ts";
import { openStore } from "../store/logins.ts";
import { warnOfWaiting } from "../store/shared_elsewhere.ts";
import { sharedStore } from "../store/shared_store.ts";
import { presentAddress, type Row } from "../store/store_choice.ts";

export async function storeStatus(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const { system, talk: { warn } } = context;
  const configDir = configDirectory(flags, system);
  const here = await everyLogin(openStore(configDir, system, warn));
  const waiting = warnOfWaiting(configDir, system, warn);
  const inFiles = { in_files: here, waiting };
  if (presentAddress(configDir, system) === undefined) return filesStatus(configDir, inFiles);
  const store = sharedStore(configDir, system, warn);
  const { version, replication, warning } = await store.engine.health();
  const rows = [...await store.engine.rows(warn)].filter(([, { login }]) => login !== undefined);
  if (warning !== undefined) warn(warning);
  const facts = table([
    ["Store", store.address.text],
    ["Server", version],
    ["Replication", replication],
  ]);
  const lines = rows.map(([profile, row]) => [profile, inWords(row)] as const);
  return {
    kind: "answer",
    text: words`${facts}\n\n${lines.length === 0 ? "No login is in it." : table(lines)}${
      notMovedWarning(here)
    }`,
    data: {
      store: store.address.text,
      server: version,
      replication,
      warning: warning ?? null,
      logins: rows.map(([profile, row]) => ({ profile, ...asData(row) })),
      ...inFiles,
    },
  };
}

function filesStatus(configDir: string, inFiles: object): Answer {
  const none = { store: null, server: null, replication: null, warning: null, logins: [] };
  return {
    kind: "answer",
    text: words`Logins are in files of this computer (${configDir}).\nTo share them: ${
      run("store use", { flags: "postgresql://USER@HOST/DATABASE" })
    }`,
    data: { ...none, ...inFiles },
  };
}

/** Logins that this computer also keeps in its files: a move was interrupted, or was never begun. */
function notMovedWarning(profiles: readonly string[]): Words {
  if (profiles.length === 0) return "";
  return words`\n\nIn files of this computer: ${profiles.join(", ")}.\nTo move them: ${
    run("store push", { flags: "--all" })
  }`;
}

function inWords({ generation, savedBy = "another process", savedAt, attempt }: Row): string {
  const time = savedAt === undefined ? "at an unknown time" : dateTime(savedAt);
  const refreshing = attempt === undefined ? "" : `; being refreshed by ${attempt.by}`;
  return `generation ${generation}, saved ${time} by ${savedBy}${refreshing}`;
}

function asData({ generation, savedBy, savedAt, attempt }: Row) {
  return {
    generation,
    saved_by: savedBy ?? null,
    saved_at: isoTimeOrNull(savedAt),
    refreshing_by: attempt?.by ?? null,
  };
}
