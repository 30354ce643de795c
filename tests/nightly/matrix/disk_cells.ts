// Cells in which a login cannot be saved, from before the request or from before the answer.
// Rule: before, nothing is sent; after, the tokens are rescued, named, and put back before anything is sent.
// Of a sealed login nothing is ever plain, and what happens to its key meanwhile costs nothing.
import type { Outcome } from "../../support/program.ts";
import { type Bench, type Cell, type CellOptions, openCell, type Start } from "./cell.ts";
import { judgeSealed } from "./cell_key.ts";
import { DISK_FAULTS, type DiskFault, type End } from "./disk_faults.ts";
import { filesWith, holdLock, names, removeOutside, typeMove, untilAtLock } from "./disk_world.ts";
import { isValid, plainAnswer } from "./server_state.ts";
import { type Keeping, KEEPINGS, withKeyFault } from "./keepings.ts";
import { endOf, startLogin } from "./sign_ins.ts";
import {
  type CellJudge,
  type CellTest,
  describeOutcome,
  type Fate,
  isTouched,
  judgeNext,
  judgeOutcome,
  judgeReuse,
  type Kind,
} from "./verdict.ts";

type Deed = "refresh" | "login";
type Time = "before" | "after";

/** One cell: what fails, when, in what, and how the login is kept. */
interface DiskCase {
  readonly fault: DiskFault;
  readonly time: Time;
  readonly deed: Deed;
  readonly keeping: Keeping;
}

/** All cells of the faults that can be had here. */
export function diskCells(bench: Bench, allowed: ReadonlySet<string>): CellTest[] {
  return KEEPINGS.flatMap((keeping) =>
    possibleFaults(allowed).map((fault) => withKeyFault(fault, keeping)).flatMap((fault) =>
      (["before", "after"] as const).filter((time) => (fault.only ?? time) === time)
        .flatMap((time) =>
          (["refresh", "login"] as const)
            .map((deed) => cellTest(bench, { fault, time, deed, keeping }))
        )
    )
  );
}

function possibleFaults(allowed: ReadonlySet<string>): DiskFault[] {
  return DISK_FAULTS.filter(({ needs }) => needs === undefined || allowed.has(needs));
}

function cellTest(bench: Bench, what: DiskCase): CellTest {
  const { fault, time, deed, keeping } = what;
  return {
    kind: kindOf(what),
    group: fault.name,
    name: `${fault.name} ${time} the answer; ${deed}${keeping.name}`,
    isSlow: keeping.keyFault?.isSlow ?? false,
    async run(judge) {
      // tokens as long as JWTs, so that a login is longer than 1 KiB
      const options: CellOptions = {
        disk: fault.disk,
        hasOwnCache: fault.needsOwnCache ?? false,
        tokenLength: 1_500,
        keeper: keeping.keeper,
      };
      await using cell = await openCell(bench, options);
      holdLock(cell)[Symbol.dispose](); // the lock file is there from an earlier command
      return await (time === "before" ? runBefore : runAfter)(cell, what, judge);
    },
  };
}

function kindOf({ time, keeping: { keeper, keyFault } }: DiskCase): Kind {
  const kind = `Disk, ${time} the answer` as const;
  if (keeper === undefined) return kind;
  return keyFault === undefined ? `${kind}, sealed` : `${kind}, without the key`;
}

async function runBefore(cell: Cell, { fault, deed }: DiskCase, judge: CellJudge): Promise<Fate> {
  const before = cell.loginText();
  const { outcome, end } = deed === "refresh"
    ? await refreshDuring(cell, fault)
    : await loginDuring(cell, fault);
  judgeSealed(judge, cell, outcome);
  await end();
  await cell.key?.end();
  const maySave = fault.letsSave === "every command" || fault.letsSave === deed;
  const refused = deed === "refresh" && fault.hidesLogin ? [3, 7] : [7];
  judgeOutcome(judge, 1, outcome, maySave ? [0, 6, ...refused] : refused);
  if (outcome.code !== 0 || !maySave) {
    const sent = cell.client.requests.length;
    judge.expect(1, sent === 0, "nothing is sent", `${sent} token request(s)`);
    judge.expect(1, cell.loginText() === before, "the login byte for byte", "it has changed");
  }
  const fate = await judgeNext(judge, 1, cell);
  judgeSealed(judge, cell, outcome);
  return fate;
}

interface Faulty {
  readonly outcome: Outcome;
  readonly end: End;
}

/** A refresh with a fault that is there from the start, or at least from before the lock is free. */
async function refreshDuring(cell: Cell, fault: DiskFault): Promise<Faulty> {
  const start: Start = { wrapper: fault.wrapper };
  if (!fault.isOfProcess) {
    const end = await fault.begin(cell, 0);
    return { outcome: await cell.run(["refresh"], start), end };
  }
  const lock = holdLock(cell);
  await using program = await cell.start(["refresh"], start);
  await untilAtLock(cell, program.pid);
  const end = await fault.begin(cell, program.pid);
  lock[Symbol.dispose]();
  return { outcome: await endOf(program), end };
}

/** A login with a fault that comes while it waits for the user. */
async function loginDuring(cell: Cell, fault: DiskFault): Promise<Faulty> {
  await using login = await startLogin(cell, "paste", { wrapper: fault.wrapper });
  const end = await fault.begin(cell, login.program.pid);
  await login.goOn();
  return { outcome: await endOf(login.program), end };
}

/** Runs a command that meets the fault once the server has rotated. */
export async function meetAfterRotation(
  cell: Cell,
  fault: DiskFault,
  deed: Deed,
  also: (pid: number) => Promise<void> = () => Promise.resolve(),
): Promise<Faulty> {
  const pid = Promise.withResolvers<number>();
  let end: End = () => Promise.resolve();
  cell.client.meanwhile = async (moment) => {
    if (moment !== "held") return;
    cell.client.meanwhile = () => Promise.resolve(); // the commands after it meet nothing new
    end = await fault.begin(cell, await pid.promise);
    await also(await pid.promise);
  };
  const start: Start = { wrapper: fault.wrapper };
  if (deed === "refresh") {
    await using program = await cell.start(["refresh"], start);
    pid.resolve(program.pid);
    return { outcome: await endOf(program), end: () => end() };
  }
  await using login = await startLogin(cell, "paste", start);
  pid.resolve(login.program.pid);
  await login.goOn();
  return { outcome: await endOf(login.program), end: () => end() };
}

async function runAfter(
  cell: Cell,
  { fault, deed, keeping }: DiskCase,
  judge: CellJudge,
): Promise<Fate> {
  const before = cell.refreshToken();
  const { outcome, end } = await meetAfterRotation(cell, fault, deed);
  judgeSealed(judge, cell, outcome);
  judgeOutcome(judge, 2, outcome, [0, 7], isTouched(cell, before));
  const issued = cell.client.logins.at(-1)?.refreshTokens.at(-1) ?? "";
  const isSaved = cell.refreshToken() === issued; // then only the settings are not
  if (outcome.code !== 0 && !isSaved) judgeRescue(judge, outcome, issued, cell);
  cell.client.answer = plainAnswer;
  if (!fault.isOfProcess) await cell.run(["refresh"], { wrapper: fault.wrapper }); // as cron does
  await end();
  if (keeping.keyFault !== undefined) await judgeWithoutKey(judge, cell);
  const fate = await judgePutBack(judge, outcome, cell);
  judgeSealed(judge, cell, outcome);
  return fate;
}

/** The disk works again, and the key is not there: nothing is sent, and nothing is given up. */
async function judgeWithoutKey(judge: CellJudge, cell: Cell): Promise<void> {
  const sent = cell.client.requests.length;
  const outcome = await cell.run(["refresh"]);
  judgeOutcome(judge, 2, outcome, [7]);
  judge.expect(1, cell.client.requests.length === sent, "nothing is sent without the key", "it is");
  judgeSealed(judge, cell, outcome);
  await cell.key?.end();
}

/** The tokens are in a file that is named, and that does not end with the session. */
export function judgeRescue(judge: CellJudge, outcome: Outcome, issued: string, cell: Cell): void {
  const files = filesWith(issued, outcome.stderr, cell);
  judge.expect(
    2,
    files.length > 0,
    "the new tokens are rescued",
    `nowhere; ${describeOutcome(outcome)}`,
  );
  if (files.length === 0) return;
  const isNamed = files.some((path) => names(outcome.stderr, path, cell));
  judge.expect(11, isNamed, "the rescued file is named", describeOutcome(outcome));
  const lasting = files.filter((path) => !path.startsWith(`${cell.home}/session/`));
  judge.expect(2, lasting.length > 0, "rescued where it stays", "in XDG_RUNTIME_DIR alone");
}

/** The next command puts the tokens back, or stops with an error until the user does what it says. */
export async function judgePutBack(
  judge: CellJudge,
  outcome: Outcome,
  cell: Cell,
): Promise<Fate> {
  const issued = cell.client.logins.at(-1)?.refreshTokens.at(-1) ?? "none";
  cell.client.answer = plainAnswer;
  let next = await cell.run(["refresh"]);
  if (next.code === 7) {
    await typeMove(`${next.stderr}\n${outcome.stderr}`, cell);
    next = await cell.run(["refresh"]);
  }
  judge.expect(
    2,
    next.code === 0,
    "the tokens come back, and the next refresh works",
    describeOutcome(next),
  );
  judgeReuse(judge, cell);
  const stored = cell.refreshToken();
  const isNewest = stored !== undefined &&
    cell.client.logins.at(-1)?.refreshTokens.includes(stored) === true;
  judge.expect(2, isNewest, "the new login is on the disk", "the one before it");
  await removeOutside(issued, outcome.stderr, cell);
  return isValid(cell.client, stored) ? "lives" : "lost";
}
