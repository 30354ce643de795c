// Cells in which an answer takes its time, or is cut: a refresh is sent again after a cut only.
// Rule: a server that rotated at once has ended the login when the same refresh token comes again.
import { pause } from "../../torture/races.ts";
import { type Bench, openCell } from "./cell.ts";
import { type Grant, plainAnswer, rightAnswer, type TokenAnswer } from "./server_state.ts";
import { signInOnce } from "./sign_ins.ts";
import {
  type CellJudge,
  type CellTest,
  type Fate,
  isTouched,
  judgeNext,
  judgeOutcome,
} from "./verdict.ts";

type Deed = "refresh" | "login";

interface SlowAnswer {
  readonly name: string;
  /** How long the server is silent before its answer, in milliseconds. */
  readonly silence?: number;
  /** Is asked at every request; the server rotates as it says. */
  readonly make?: (grant: Grant, ordinal: number) => TokenAnswer;
  readonly exits: Readonly<Record<Deed, readonly number[]>>;
  readonly requests: Readonly<Record<Deed, number>>;
}

const ONCE = { refresh: 1, login: 1 };
const WORKS = { refresh: [0], login: [0] };

const SLOW_ANSWERS: readonly SlowAnswer[] = [
  { name: "after 21 s", silence: 21_000, exits: WORKS, requests: ONCE },
  { name: "after 45 s", silence: 45_000, exits: WORKS, requests: ONCE },
  {
    name: "1 byte every 150 ms, for 78 s",
    make: (grant) => {
      const right = plainAnswer(grant);
      const padding = new TextEncoder().encode(" ".repeat(520 - right.body.length));
      return { ...right, body: new Uint8Array([...right.body, ...padding]), msPerByte: 150 };
    },
    exits: WORKS,
    requests: ONCE,
  },
  {
    name: "none within 66 s",
    silence: 66_000,
    make: (grant) => ({ ...rightAnswer(grant), rotatesTo: undefined, status: 503 }),
    exits: { refresh: [6], login: [6] },
    requests: ONCE,
  },
  {
    name: "cut before the server did anything",
    make: (grant, ordinal) =>
      ordinal === 1
        ? { ...rightAnswer(grant), rotatesTo: undefined, status: 503, cutAt: "start" }
        : rightAnswer(grant),
    exits: { refresh: [0], login: [6] },
    requests: { refresh: 2, login: 1 }, // a code is sent once
  },
  {
    name: "cut after the refresh token", // what arrived is enough for the login
    make: cutAfterRefreshToken,
    exits: { refresh: [0, 6], login: [0, 6] },
    requests: ONCE,
  },
];

/** A right answer that breaks off behind its first field, the refresh token. */
function cutAfterRefreshToken(grant: Grant): TokenAnswer {
  const { refresh_token, ...rest } = grant.fields;
  const body = JSON.stringify({ refresh_token, ...rest });
  const bytes = new TextEncoder().encode(body);
  return { ...rightAnswer(grant), body: bytes, cutAt: body.indexOf(",") + 1 };
}

/** All of them. */
export function slowCells(bench: Bench): CellTest[] {
  return SLOW_ANSWERS.flatMap((slow) =>
    (["refresh", "login"] as const).map((deed): CellTest => ({
      kind: "Slow and broken answers",
      group: `answer ${slow.name}`,
      name: `answer ${slow.name}; ${deed}`,
      isSlow: slow.silence !== undefined || slow.name.startsWith("1 byte"),
      run: (judge) => run(bench, slow, deed, judge),
    }))
  );
}

async function run(bench: Bench, slow: SlowAnswer, deed: Deed, judge: CellJudge): Promise<Fate> {
  await using cell = await openCell(bench);
  const { client } = cell;
  const before = cell.refreshToken();
  client.answer = (grant) => (slow.make ?? rightAnswer)(grant, client.requests.length);
  client.meanwhile = (moment) => pause(moment === "held" ? slow.silence ?? 0 : 0);
  const outcome = deed === "refresh" ? await cell.run(["refresh"]) : await signInOnce(cell);
  const sent = client.requests.length;
  judgeOutcome(judge, 5, outcome, slow.exits[deed], isTouched(cell, before));
  judge.expect(
    5,
    sent === slow.requests[deed],
    `${slow.requests[deed]} token request(s)`,
    `${sent} token request(s)`,
  );
  return await judgeNext(judge, 5, cell);
}
