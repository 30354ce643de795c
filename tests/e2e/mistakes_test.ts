// What people type by mistake or by habit of other tools: each is answered with what was meant.
// Rule: the program's own code; a `Next:` line is typed as it is printed, and is no usage error again.
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { type Home, makeHome } from "../support/home.ts";
import { runHere } from "../support/here.ts";
import type { Outcome } from "../support/program.ts";

/** What is typed, and what the `Next:` line says to type. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ["whoam", "whoami"],
  ["whoamI", "whoami"],
  ["statsu", "status"],
  ["refersh", "refresh"],
  ["logotu", "logout"],
  ["tokne", "token"],
  ["validat", "validate"],
  ["auth staus", "auth status"],
  ["help logn", "help login"],
  ["profile lst", "profile list"],
  ["profile shwo prod", "profile show prod"],
  ["cert shwo", "cert show"],
  ["relay bookmark", "relay bookmarklet"],
  ["complete bsh", "complete bash"],
  ["status --jsno", "status --json"],
  ["status --expire-within 1h", "status --expires-within 1h"],
  ["whoami --porfile=prod", "whoami --profile=prod"],
  ["--quiet status", "status --quiet"],
  ["status --profile prdo", "status --profile prod"],
  ["whoami --profile prdo", "whoami --profile prod"],
  ["logout --profile=prdo", "logout --profile=prod"],
  ["profile use prdo", "profile use prod"],
  ["profile show prdo", "profile show prod"],
  ["profile set prod --regoin eu2", "profile set prod --region eu2"],
  ["profile set prod --region eu22", "profile set prod --region eu2"],
  [
    "profile set prod --redirect https://127.0.0.1/",
    "profile set prod --redirect-uri https://127.0.0.1/",
  ],
  ["profile set prod --unset clientid", "profile set prod --unset client-id"],
  ["profile set prod --client-auth bsic", "profile set prod --client-auth basic"],
  ["token --scheme bearer", "token --scheme Bearer"],
  ["login --clientid abc", "login --client-id abc"],
  ["logn --region eu2", "login --region eu2"],
  ["-v", "--version"],
  ["-V", "--version"],
  ["--verison", "--version"],
  ["--quiet", "help"],
  ["--no-color", "help"],
  ["api GET /2/0/users/me", "api /2/0/users/me -X GET"],
  ["api post /2/0/workspaces -d x", "api /2/0/workspaces -X POST"],
  ["get /2/0/users/me", "api /2/0/users/me"],
  ["curl -s https://api.anaplan.com/2/0/users/me", "api https://api.anaplan.com/2/0/users/me"],
  ["post", "api PATH -X POST"],
  ["auth", "login"],
  ["sign-in", "login"],
  ["setup", "login"],
  ["configure", "login"],
  ["who", "whoami"],
  ["me", "whoami"],
  ["help admin", "help administrator"],
  ["login --username a --password b", "login"],
  ["login --token x", "login"],
];

/** A home with the profile `prod`, in which no user is signed in. */
async function homeWithProfile(): Promise<Home> {
  const home = await makeHome();
  await typed("profile set prod --client-id abc", home);
  return home;
}

function typed(line: string, home: Home, env: Record<string, string> = {}): Promise<Outcome> {
  return runHere(line.split(" "), { home: home.path, env });
}

/** The command of the `Next:` line. */
function nextOf({ stdout, stderr }: Outcome): string | undefined {
  return /^Next: anaplan-auth (.*)$/m.exec(stdout + stderr)?.[1];
}

for (const [mistake, meant] of MISTAKES) {
  Deno.test(`the mistake "${mistake}" is answered with "${meant}", which can be typed`, async () => {
    await using home = await homeWithProfile();
    const answer = await typed(mistake, home);
    assertEquals([nextOf(answer), answer.code === 0], [meant, false], answer.stderr);
    if (meant.startsWith("login")) return; // it signs in, or asks
    const { code, stderr } = await typed(meant, home);
    assertNotMatch(stderr, /did you mean/);
    assertEquals(code === 2, false, stderr);
  });
}

/** What other tools call it, and the same in our words. */
const HABITS: readonly (readonly [string, string])[] = [
  ["version", "--version"],
  ["auth status", "status"],
  ["auth whoami --json", "whoami --json"],
  ["auth login --help", "login --help"],
  ["signout", "logout"],
  ["profile ls", "profile list"],
  ["profile create eu --region us1", "profile set eu --region us1"],
  ["profile set eu --region EU2", "profile set eu --region eu2"],
  ["profile set eu --region Germany", "profile set eu --region eu2"],
  ["login help", "help login"],
  ["profile help", "help profile"],
  ["profile set help", "profile set help"],
  ["profile delete prod", "profile remove prod"],
];

for (const [habit, ours] of HABITS) {
  Deno.test(`the habit "${habit}" does what "${ours}" does`, async () => {
    const seen: unknown[] = [];
    for (const line of [habit, ours]) {
      await using home = await homeWithProfile();
      const { code, stdout, stderr } = await typed(line, home);
      const { stdout: after } = await typed("profile list --json", home);
      const { stdout: settings } = await typed("profile show eu --json", home);
      seen.push([code, stdout, stderr, after, settings]);
    }
    assertEquals(seen[0], seen[1]);
  });
}

for (
  const line of [
    "login --client-secret hunter2",
    "login --client-secret=hunter2",
    "login --clientSecret hunter2 --regoin eu2",
    "--client-secret hunter2 login",
  ]
) {
  Deno.test(`a secret on the command line is neither read nor printed again: ${line}`, async () => {
    await using home = await homeWithProfile();
    const answer = await typed(line, home);
    assertEquals([answer.code, nextOf(answer)], [2, "login --client-secret-file FILE"]);
    assertMatch(answer.stderr, /^A secret does not belong on the command line, where other users/);
    assertNotMatch(answer.stdout + answer.stderr, /hunter2/);
  });
}

for (
  const [line, says] of [
    ["login --username ada --password hunter2", /^Cannot use a user name or a password: you type/],
    ["login --token hunter2", /^A token does not belong on the command line/],
    [
      "api GET /2/0/users/me",
      /^Cannot use "GET" for PATH: the method goes into --method \(-X\)\.$/m,
    ],
    ["api /2/0/users/me other", /^Cannot use the argument "other": it is one too many\.$/m],
    ["profile set prod", /^Cannot save: no setting is given/],
    ["refresh --if-expiring-within 10", /: give a time such as 90s, 10m, 2h or 7d\.$/m],
    [
      "login --setup xx9:abc:https://a.example/",
      /^Cannot use "xx9:\S+" for --setup: there is no region xx9/,
    ],
    [
      "login --setup REGION:CLIENT_ID:CALLBACK_URL",
      /for --setup: your administrator puts the region/,
    ],
    [
      "login --setup germany:abc:https://a.example/ --paste --no-input",
      /response_type=code&client_id=abc|secret/,
    ],
  ] as const
) {
  Deno.test(`"${line}" is answered with what is wrong about it`, async () => {
    await using home = await homeWithProfile();
    const { stderr } = await typed(line, home);
    assertMatch(stderr, says);
    assertNotMatch(stderr, /hunter2/);
  });
}
