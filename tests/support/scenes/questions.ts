// Screens with a question: the first sign-in, a rejected secret, an expired login.
// Rule: keys are typed, as a person types them.
import type { Recorded, Stage } from "../stage.ts";
import { visit } from "../stage.ts";
import { fresh } from "./login.ts";
import { old, type Scene, unknown } from "./states.ts";

async function answer(pane: Recorded, text: string): Promise<void> {
  await pane.type(text);
  await pane.press("Enter");
}

/** The endpoints, without the client ID before them and the callback URL behind them. */
function endpoints(at: Stage): readonly string[] {
  return at.flags.slice(2, -2);
}

async function firstSignIn(at: Stage): Promise<void> {
  const { clientId, clientSecret } = at.sandbox.clients.rotating;
  const typing = { home: await at.newHome(), flags: endpoints(at) };
  await using pane = await at.open("anaplan-auth login", typing);
  const answers: readonly (readonly [string, RegExp, string])[] = [
    ["region", /^Region/m, ""],
    ["client-id", /^Client ID/m, clientId],
    ["secret", /^Client secret/m, clientSecret],
    ["callback", /^Callback URL/m, at.listener.redirectUri],
    ["ready", /^Ready to sign in\?/m, ""],
  ];
  for (const [name, question, text] of answers) {
    await pane.shows(question);
    await pane.record(`first-${name}`);
    if (name === "callback") await pane.press("C-u");
    await answer(pane, text);
  }
  await visit(pane);
  await pane.end();
  await pane.record("first-signed-in");
}

/** The scenes. */
export const questionScenes: readonly Scene[] = [
  { name: "the first sign-in", play: firstSignIn },
  {
    name: "a second profile, and a setup",
    async play(at) {
      await using pane = await at.open("anaplan-auth login --profile eu", {
        home: await at.copied(),
      });
      await pane.shows(/^Region/m);
      await pane.record("second-profile");
      await pane.press("C-c");
      await pane.end();
      const { clientId } = at.sandbox.clients.rotating;
      const line = `anaplan-auth login --setup us1:${clientId}:https://127.0.0.1:$PORT/callback`;
      const typing = { home: await at.newHome(), flags: endpoints(at) };
      await using setup = await at.open(line, typing);
      await setup.shows(/^Client secret/m);
      await setup.record("login-setup");
      await setup.press("C-c");
      await setup.end();
      await setup.record("login-setup-interrupted");
      await using next = await at.open("anaplan-auth login", typing); // as the screen says
      await next.shows(/^Region/m);
    },
  },
  {
    name: "a wrong secret",
    async play(at) {
      const typing = await fresh(at, { ANAPLAN_CLIENT_SECRET: "wrong" });
      await using pane = await at.open("anaplan-auth login", typing);
      await visit(pane);
      await pane.shows(/^Client secret/m);
      await pane.record("login-wrong-secret");
      await pane.press("Escape");
      await pane.shows(/^Client ID/m);
      await pane.record("login-wrong-client");
      await pane.press("C-c");
      await pane.end();
    },
  },
  {
    name: "a login that has expired",
    async play(at) {
      {
        const home = await at.copied(old());
        await using pane = await at.open("anaplan-auth api /2/0/users/me", { home });
        await pane.shows(/^Sign in now\?/m);
        await pane.record("expired-offer");
        await answer(pane, "y");
        await visit(pane);
        await pane.end();
        await pane.record("expired-continued");
      }
      const home = await at.copied(old());
      await at.ended("expired-no-input", "anaplan-auth whoami --no-input", { home });
      await at.ended("expired-no-input-again", "anaplan-auth whoami --no-input", { home });
      await using pane = await at.open("anaplan-auth whoami", {
        home: await at.copied(unknown()),
      });
      await pane.shows(/^Sign in now\?/m);
      await pane.record("rejected-offer");
      await answer(pane, "n");
      await pane.end();
      await pane.record("rejected-declined");
    },
  },
  {
    name: "logout",
    async play(at) {
      await using pane = await at.open("anaplan-auth logout", { home: await at.copied(old()) });
      await pane.end();
      await pane.record("logout");
    },
  },
];
