// Screens that say what could not be done, and what to type next.
// Rule: one mistake, or one thing that is broken, at a time.
import { fresh } from "./login.ts";
import { visit } from "../stage.ts";
import type { Scene } from "./states.ts";

/** The scenes. */
export const errorScenes: readonly Scene[] = [
  {
    name: "words of other tools",
    async play(at) {
      const home = await at.copied();
      await at.ended("habit-version", "anaplan-auth version");
      await at.ended("habit-auth", "anaplan-auth auth status", { home });
      await at.ended("habit-create", "anaplan-auth profile create eu --region Germany", { home });
      await at.ended("habit-ls", "anaplan-auth profile ls", { home });
      await at.ended("habit-delete", "anaplan-auth profile delete eu", { home });
      await at.ended("only-profile", "anaplan-auth profile show", { home });
    },
  },
  {
    name: "habits and mistakes",
    async play(at) {
      await at.ended("secret-as-flag", "anaplan-auth login --client-secret 12345");
      await at.ended("misspelled-command", "anaplan-auth whoam");
      await at.ended("misspelled-with-flags", "anaplan-auth logn --region eu2");
      await at.ended("unknown-region", "anaplan-auth profile set --region nowhere");
    },
  },
  {
    name: "a callback URL that is not registered",
    async play(at) {
      const typing = await fresh(at);
      const other = at.listener.redirectUri.replace("callback", "another");
      const flags = [...at.flags.slice(0, -1), other];
      await using pane = await at.open("anaplan-auth login --timeout 2s", { ...typing, flags });
      await visit(pane);
      await pane.end();
      await pane.record("login-callback-not-registered");
    },
  },
  {
    name: "an unknown authority, and no connection",
    async play(at) {
      const home = await at.copied();
      await Deno.remove(`${home.path}/ca.pem`);
      await at.ended("ca-file-missing", "anaplan-auth whoami", { home });
      const profile = `${home.configDir}/profiles/default.json`;
      const { caFiles: _, ...fields } = JSON.parse(await Deno.readTextFile(profile));
      await Deno.writeTextFile(profile, JSON.stringify(fields));
      await at.ended("unknown-authority", "anaplan-auth whoami", { home });
      const apiUrl = `https://127.0.0.1:${at.closedPort}`;
      const away = await at.copied({ origins: [apiUrl] }, { apiUrl });
      await at.ended("unreachable", "anaplan-auth whoami", { home: away });
    },
  },
];
