// The command `exec`: a token that is valid for long enough, in one variable, and the program's exit code.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { exec, type ExecFlags } from "../../src/commands/exec.ts";
import type { NotRunReason } from "../../src/system/contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { failureOf } from "../support/api_scene.ts";
import { START } from "../support/fake_system.ts";
import {
  errorAnswer,
  LOGIN,
  STALE,
  tokenAnswer,
  unreachable,
  withoutRefreshToken,
} from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const MINUTE = 60_000;

async function executed(
  { login = LOGIN, flags = {}, network = [], ended = 0, command = ["program", "an argument"] }: {
    readonly login?: TokenSet;
    readonly flags?: ExecFlags;
    readonly network?: readonly (Response | Error)[];
    readonly ended?: number | NotRunReason;
    readonly command?: readonly string[];
  },
) {
  const runs: (readonly [readonly string[], Readonly<Record<string, string>>])[] = [];
  using scene = sessionScene(login, {
    network,
    runInPlace(command, env) {
      runs.push([command, env]);
      return Promise.resolve(ended);
    },
  });
  let code: number | undefined;
  const error = await failureOf(async () => {
    const reply = await exec({ ...scene.flags, ...flags }, scene.context, ...command);
    code = reply.code;
  });
  return { runs, code, error, ...scene.context };
}

function endingIn(minutes: number): TokenSet {
  return { ...LOGIN, expiresAt: START + minutes * MINUTE };
}

Deno.test("the program gets the token in one variable, and its arguments as they are", async () => {
  const { runs, system } = await executed({});
  assertEquals(runs, [[["program", "an argument"], { ANAPLAN_ACCESS_TOKEN: "old-access" }]]);
  assertEquals(system.requests, []);
});

for (const code of [0, 1, 126, 130, 255]) {
  Deno.test(`exit code ${code} is passed on`, async () => {
    assertEquals((await executed({ ended: code })).code, code);
  });
}

Deno.test("a token is valid for at least ten minutes", async () => {
  const near = await executed({ login: endingIn(9), network: [tokenAnswer()] });
  assertEquals(near.runs[0]?.[1], { ANAPLAN_ACCESS_TOKEN: "new-access" });
  assertEquals((await executed({ login: endingIn(11) })).system.requests, []);
});

Deno.test("--min-valid asks for less, or for more", async () => {
  const less = await executed({ login: endingIn(9), flags: { minValid: MINUTE } });
  assertEquals(less.system.requests.length, 0);
  const flags = { minValid: 60 * MINUTE };
  assertEquals((await executed({ flags, network: [tokenAnswer()] })).system.requests.length, 1);
});

const FAILS: readonly (readonly [string, Response | Error])[] = [
  ["is refused", errorAnswer(400, "invalid_grant")],
  ["does not get through", unreachable()],
];

for (const [how, step] of FAILS) {
  Deno.test(`when the refresh ${how}, a token that is still valid is used with a warning`, async () => {
    const { runs, talk, error } = await executed({ login: endingIn(2), network: [step] });
    assertEquals([error, runs[0]?.[1]], [undefined, { ANAPLAN_ACCESS_TOKEN: "old-access" }]);
    assertStringIncludes(talk.warned.join(), "the present access token is valid for 2 min more");
  });

  Deno.test(`when the refresh ${how}, --min-valid means it`, async () => {
    const flags = { minValid: 10 * MINUTE };
    const { runs, error } = await executed({ login: endingIn(2), flags, network: [step] });
    assertEquals([runs, error === undefined], [[], false]);
  });

  Deno.test(`when the refresh ${how} and no token is valid, nothing is run`, async () => {
    const { runs, error } = await executed({ login: STALE, network: [step] });
    assertEquals([runs, error === undefined], [[], false]);
  });
}

Deno.test("a --min-valid that no token of the server reaches is exit 2, and nothing is run", async () => {
  const flags = { minValid: 120 * MINUTE };
  const { runs, error, talk } = await executed({ flags, network: [tokenAnswer()] });
  assertEquals([runs, error?.kind, talk.warned], [[], "usage", []]);
  assertStringIncludes(error?.message ?? "", "valid for 2h: the server's tokens are valid for 35m");
});

Deno.test("without --min-valid a server whose tokens are short is no failure", async () => {
  const login = { ...STALE };
  const { runs, talk } = await executed({ login, network: [tokenAnswer({ expires_in: 300 })] });
  assertEquals([runs.length, talk.warned.length], [1, 1]);
});

Deno.test("a short token without a refresh token is used with a warning", async () => {
  const { runs, talk } = await executed({ login: withoutRefreshToken(endingIn(2)) });
  assertEquals([runs.length, talk.warned.length], [1, 1]);
});

const NOT_RUN: readonly (readonly [NotRunReason, number, string])[] = [
  ["not found", 127, "Cannot run program: there is no such program.\nNext: "],
  ["not executable", 126, "Cannot run program: it cannot be executed.\nNext: "],
];

for (const [ended, code, words] of NOT_RUN) {
  Deno.test(`a program that is ${ended} is ${code}, as in a shell`, async () => {
    const { code: exitCode, talk } = await executed({ ended });
    assertEquals(exitCode, code);
    assertStringIncludes(talk.insisted.join(), words);
  });
}

for (const command of [[], [""]]) {
  Deno.test(`without a program (${JSON.stringify(command)}) it is a usage error`, async () => {
    const { error, runs } = await executed({ command });
    assertEquals([error?.kind, runs], ["usage", []]);
  });
}
