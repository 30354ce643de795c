// Cells in which a signal comes at a moment of a refresh or of a login.
// Rule: no login is lost, but by SIGKILL between the server's rotation and the rename.
import type { Outcome } from "../../support/program.ts";
import { pause } from "../../torture/races.ts";
import { type Bench, type Cell, openCell } from "./cell.ts";
import { judgePutBack, judgeRescue, meetAfterRotation } from "./disk_cells.ts";
import { CLOSED_DIRECTORY } from "./disk_faults.ts";
import { holdLock, untilAtLock } from "./disk_world.ts";
import { ENDING, KILL, kill, send, type SignalKind, SIGNALS } from "./signals.ts";
import { endOf, startLogin } from "./sign_ins.ts";
import {
  type CellJudge,
  cellJudge,
  type CellTest,
  describeOutcome,
  type Fate,
  isTouched,
  judgeNext,
  judgeOutcome,
} from "./verdict.ts";

/** `whoami` asks who it is once the tokens are saved, and so can be met after the save. */
type Deed = "refresh" | "login" | "whoami";

interface SignalMoment {
  readonly name: string;
  /** What the signal comes to. */
  readonly deeds: readonly Deed[];
  /** Whether the server has rotated, and nothing is saved yet. */
  readonly isInWindow: boolean;
  readonly needsStrace?: true;
  run(cell: Cell, signal: SignalKind, deed: Deed, judge: CellJudge): Promise<Outcome>;
}

const MOMENTS: readonly SignalMoment[] = [
  { name: "waiting for the lock", deeds: ["refresh"], isInWindow: false, run: atLock },
  {
    name: "request sent, answer held back",
    deeds: ["refresh", "login"],
    isInWindow: true,
    run: (cell, signal, deed) => duringRequest(cell, signal, deed, "held"),
  },
  {
    name: "half of the answer sent",
    deeds: ["refresh", "login"],
    isInWindow: true,
    run: (cell, signal, deed) => duringRequest(cell, signal, deed, "halfway"),
  },
  {
    name: "at the rename",
    deeds: ["refresh"],
    isInWindow: true,
    needsStrace: true,
    run: atRename,
  },
  {
    name: "after the save",
    deeds: ["whoami"],
    isInWindow: false,
    run: (cell, signal, deed) => duringRequest(cell, signal, deed, "user"),
  },
];

/** All of them. */
export function signalCells(bench: Bench, allowed: ReadonlySet<string>): CellTest[] {
  const plain = SIGNALS.flatMap((signal) =>
    MOMENTS.filter(({ needsStrace }) => !needsStrace || allowed.has("strace")).flatMap((moment) =>
      moment.deeds.map((deed) => cellTest(bench, signal, moment, deed))
    )
  );
  return [...plain, ...ENDING.map((signal) => failedSave(bench, signal))];
}

function cellTest(
  bench: Bench,
  signal: SignalKind,
  moment: SignalMoment,
  deed: Deed,
): CellTest {
  return {
    kind: "Signals",
    group: signal.name,
    name: `${signal.name}, ${moment.name}; ${deed}`,
    async run(judge) {
      await using cell = await openCell(bench);
      const before = cell.refreshToken();
      const outcome = await moment.run(cell, signal, deed, judge);
      if (signal.times !== undefined && moment.name.startsWith("request")) {
        judgePatience(judge, outcome);
      }
      // a signal that comes with the very last step may find the program at its end
      const late = moment.run === atRename ? [0] : [];
      const exits = signal.exits === undefined ? [outcome.code] : [...signal.exits, ...late];
      judgeOutcome(judge, 4, outcome, exits, isTouched(cell, before));
      if (signal !== KILL || !moment.isInWindow) return await judgeSaved(judge, cell, deed);
      const fate = await judgeNext(cellJudge(), 4, cell); // what SIGKILL leaves is counted, not judged
      return fate === "lost" ? "lost in the window" : fate;
    },
  };
}

/** The newest login is on the disk, and lives. */
async function judgeSaved(judge: CellJudge, cell: Cell, deed: Deed): Promise<Fate> {
  const stored = cell.refreshToken() ?? "";
  const isNewest = cell.client.logins.at(-1)?.refreshTokens.at(-1) === stored;
  const what = deed === "login" ? "the login" : "the refresh token";
  judge.expect(4, isNewest, `${what} that the server gave is on the disk`, "it is not");
  return await judgeNext(judge, 4, cell);
}

async function atLock(
  cell: Cell,
  signal: SignalKind,
  _deed: Deed,
  judge: CellJudge,
): Promise<Outcome> {
  const lock = holdLock(cell);
  await using program = await cell.start(["refresh"], { wrapper: signal.wrapper });
  await untilAtLock(cell, program.pid);
  await send(signal, program.pid);
  if (!signal.goesOn) {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), 5_000);
    const ended = await Promise.race([program.outcome, late.promise]);
    clearTimeout(timer);
    judge.expect(4, ended !== undefined, "an end while it waits for the lock", "it waits on");
  }
  lock[Symbol.dispose]();
  return await endOf(program);
}

async function duringRequest(
  cell: Cell,
  signal: SignalKind,
  deed: Deed,
  at: "held" | "halfway" | "user",
): Promise<Outcome> {
  const pid = Promise.withResolvers<number>();
  cell.client.meanwhile = async (moment) => {
    if (moment !== at) return;
    cell.client.meanwhile = () => Promise.resolve();
    await send(signal, await pid.promise);
  };
  const start = { wrapper: signal.wrapper };
  if (deed !== "login") {
    await using program = await cell.start([deed], start);
    pid.resolve(program.pid);
    return await endOf(program);
  }
  await using login = await startLogin(cell, "paste", start);
  pid.resolve(login.program.pid);
  await login.goOn();
  return await endOf(login.program);
}

const RENAMES = "rename,renameat,renameat2";

async function atRename(cell: Cell, { signal, wrapper = [] }: SignalKind): Promise<Outcome> {
  const inject = `inject=${RENAMES}:signal=${signal.replace("SIG", "")}:when=1`;
  const strace = ["strace", "-f", "-o", "/dev/null", "-e", `trace=${RENAMES}`, "-e", inject];
  await using program = await cell.start(["refresh"], { wrapper: [...strace, ...wrapper] });
  let isOver = false;
  const outcome = endOf(program).finally(() => isOver = true);
  while (signal === "SIGTSTP" && !isOver) {
    await pause(300);
    for (const pid of childrenOf(program.pid)) kill(pid, "SIGCONT");
  }
  return await outcome;
}

function childrenOf(pid: number): number[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return text.trim().split(" ").filter((word) => word !== "").map(Number);
  } catch {
    return [];
  }
}

/** The answer cannot be saved, and a signal is waiting: the error comes first, with the rescued file. */
function failedSave(bench: Bench, signal: SignalKind): CellTest {
  return {
    kind: "Signals",
    group: `${signal.name} while the save fails`,
    name: `${signal.name} while the save fails; refresh`,
    async run(judge) {
      await using cell = await openCell(bench);
      const before = cell.refreshToken();
      const hit = (pid: number): Promise<void> => send(signal, pid);
      const { outcome, end } = await meetAfterRotation(cell, CLOSED_DIRECTORY, "refresh", hit);
      const exits = [0, 7, ...signal.exits ?? []];
      judgeOutcome(judge, 4, outcome, exits, isTouched(cell, before));
      const issued = cell.client.logins.at(-1)?.refreshTokens.at(-1) ?? "";
      const isSaved = cell.refreshToken() === issued;
      if (!isSaved) judgeRescue(judge, outcome, issued, cell);
      await end();
      return await judgePutBack(judge, outcome, cell);
    },
  };
}

/** A person who presses Ctrl-C hears once what is being finished. */
function judgePatience(judge: CellJudge, outcome: Outcome): void {
  const said = outcome.stderr.split("\n").filter((line) =>
    /^(The program stops when|The server may already have )/.test(line)
  );
  judge.expect(
    4,
    said.length === 1,
    "one line on what is being finished",
    describeOutcome(outcome),
  );
}
