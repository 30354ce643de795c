// What the torture consists of, job by job.
// Rule: one after the other, since they measure time and the machine is small.
import { startSandbox } from "../sandbox/sandbox.ts";
import { killAtEachCall } from "./crashes.ts";
import { failEachSealing, killAllSealed } from "./sealed_crashes.ts";
import { FIRST_LOGIN, LOGIN, loginElsewhere, REFRESH } from "./deeds.ts";
import {
  loginAmongRefreshes,
  logoutAmongRefreshes,
  logoutDuringRefresh,
  waitingForAPerson,
} from "./encounters.ts";
import { failEachSave, failTheLock, isSaving } from "./full_disk.ts";
import { holderKilled, holderStopped, holderTold } from "./holders.ts";
import { hostileRows } from "./hostile_rows.ts";
import { isSample } from "./matrix/sample.ts";
import { matrixRows, runMatrix, untriedRows } from "./matrix/matrix.ts";
import { raceAtOnce, raceInTurn, refusedAtOnce, twoProfiles } from "./races.ts";
import { killAtRandom } from "./random_kills.ts";
import type { Row } from "./row.ts";

const MOST_AT_ONCE = 100; // more wait for the lock for longer than its deadline, on two processors
const AT_A_TIME = 40;

/** A part of a run. */
export type Job = () => Promise<Row | readonly Row[]>;

/** What a run is to be like. */
export interface Options {
  /** Leaves out what takes minutes. */
  readonly quick: boolean;
  readonly kills: number;
  readonly processes: readonly number[];
  /** Where the pages are written to, with a slash at its end; nowhere when it is missing. */
  readonly pages: string | undefined;
}

/** The jobs of a run. */
export function jobs({ quick, kills, processes }: Options): readonly Job[] {
  const race = (count: number): Promise<Row> =>
    count <= MOST_AT_ONCE ? raceAtOnce(count) : raceInTurn(count, AT_A_TIME);
  return [
    ...processes.map((count) => () => race(count)),
    () => refusedAtOnce(quick ? 8 : 32),
    twoProfiles,
    logoutAmongRefreshes,
    logoutDuringRefresh,
    loginAmongRefreshes,
    waitingForAPerson,
    holderKilled,
    () => holderTold("SIGTERM"),
    () => holderTold("SIGINT"),
    ...(quick ? [] : [holderStopped]),
    () => killAtEachCall({ deed: REFRESH }),
    ...(quick ? [] : [LOGIN, FIRST_LOGIN].map((deed) => () => killAtEachCall({ deed }))),
    ...(quick ? [] : [() => killAllSealed(), failEachSealing]),
    killMovingAtEachSave,
    () => killAtRandom(kills),
    () => failEachSave(quick ? ["ENOSPC"] : undefined),
    failTheLock,
    () => faultMatrix(quick),
    ...(quick ? [] : [hostileRows]),
  ];
}

/** A profile moves to another server: at each moment its tokens and its settings belong together. */
async function killMovingAtEachSave(): Promise<Row[]> {
  await using other = await startSandbox();
  return await killAtEachCall({ deed: loginElsewhere(other), select: isSaving });
}

async function faultMatrix(quick: boolean): Promise<Row[]> {
  const results = await runMatrix(quick ? { select: isSample } : {});
  return [...matrixRows(results), ...await untriedRows()];
}
