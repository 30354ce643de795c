// Screens without a question: where you are, help, the stored login, what `api` says, what `doctor` finds.
// Rule: a scene types one line after the other, and a fault of the sandbox is for both sizes at once.
import { COMMANDS } from "../../../src/cli/tree/commands.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import { newKey } from "../sealed.ts";
import type { Stage } from "../stage.ts";

/** Some screens that belong together. */
export interface Scene {
  readonly name: string;
  readonly faults?: (sandbox: Sandbox) => void;
  play(at: Stage): Promise<void>;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const CHUNKS = "/2/0/workspaces/W/models/M/files/113000000000/chunks";

/** A login whose time was over three days ago. */
export function old(): Readonly<Record<string, unknown>> {
  const then = Date.now() - 3 * DAY;
  return {
    refreshToken: "an-old-refresh-token",
    obtainedAt: then,
    refreshTokenSavedAt: then,
    expiresAt: then + 1,
  };
}

/** A login that Anaplan no longer knows. */
export function unknown(): Readonly<Record<string, unknown>> {
  return { refreshToken: "an-unknown-refresh-token", expiresAt: Date.now() - 1_000 };
}

/** The scenes. */
export const stateScenes: readonly Scene[] = [
  {
    name: "where you are",
    async play(at) {
      await at.ended("bare-signed-in", "anaplan-auth");
      await at.ended("bare-signed-out", "anaplan-auth", { home: await at.newHome() });
      await at.ended("bare-expired", "anaplan-auth", { home: await at.copied(old()) });
    },
  },
  {
    name: "help",
    async play(at) {
      await at.ended("help", "anaplan-auth help");
      await at.ended("help-login", "anaplan-auth help login");
      await at.ended("help-login-all", "anaplan-auth help login --all");
      await at.ended("help-administrator", "anaplan-auth help administrator");
      await at.ended("help-reference", "anaplan-auth help reference");
      const others = Object.keys(COMMANDS).filter((name) => name !== "login");
      for (const name of others) await at.ended(`help-${name}`, `anaplan-auth help ${name}`);
      await at.ended("help-profile-set", "anaplan-auth profile set --help");
    },
  },
  {
    name: "who you are, and the stored login",
    async play(at) {
      await at.ended("whoami", "anaplan-auth whoami");
      await at.ended("status", "anaplan-auth status");
      await at.ended("status-expired", "anaplan-auth status", { home: await at.copied(old()) });
      const home = await at.copied(unknown());
      await at.ended("refresh-rejected", "anaplan-auth refresh --no-input", { home });
      await at.ended("status-rejected", "anaplan-auth status", { home });
      await at.ended("bare-rejected", "anaplan-auth", { home });
      await at.ended("profile-list-rejected", "anaplan-auth profile list", { home });
      await at.ended("doctor-rejected", "anaplan-auth doctor", { home });
    },
  },
  {
    name: "profiles",
    async play(at) {
      const home = await at.copied();
      await at.ended("profile-set", "anaplan-auth profile set eu --region eu2", { home });
      await at.ended("profile-list", "anaplan-auth profile list", { home });
      await using pane = await at.open("anaplan-auth profile remove default", { home });
      await pane.shows(/Remove it\? \[y\/N\]/);
      await pane.record("profile-remove-asks");
      await pane.press("y");
      await pane.press("Enter");
      await pane.end();
      await pane.record("profile-remove");
    },
  },
  {
    name: "sealing and the store",
    async play(at) {
      const home = await at.copied();
      await Deno.writeTextFile(`${home.path}/key`, newKey(), { mode: 0o600 });
      await at.ended("seal", "anaplan-auth seal --key-file $HOME/key", { home });
      await at.ended("status-sealed", "anaplan-auth status", { home });
      await at.ended("store-status", "anaplan-auth store status");
      const env = { ANAPLAN_AUTH_STORE: "postgresql://anaplan@127.0.0.1:1/anaplan" };
      await at.ended("store-status-unreachable", "anaplan-auth store status", { home, env });
    },
  },
  {
    name: "what doctor finds",
    async play(at) {
      const before = { obtainedAt: Date.now() - 5 * MINUTE };
      const home = await at.copied(before);
      await at.ended("doctor", "anaplan-auth doctor", { home });
      const env = { HTTPS_PROXY: `http://127.0.0.1:${at.closedPort}` };
      await at.ended("doctor-proxy", "anaplan-auth doctor", { home, env });
      const apiUrl = `https://127.0.0.1:${at.closedPort}`;
      const away = await at.copied({ ...before, origins: [apiUrl] }, { apiUrl });
      await at.ended("doctor-no-network", "anaplan-auth doctor", { home: away });
      using _other = Deno.listen({ hostname: "127.0.0.1", port: at.listener.port });
      await Deno.chmod(home.credentialsFile(), 0o644);
      await at.ended("doctor-problems", "anaplan-auth doctor", { home });
    },
  },
  {
    name: "a silent server",
    async play(at) {
      const apiUrl = `https://127.0.0.1:${at.silentPort}`;
      const { authUrl, token } = at.sandbox.endpoints;
      const origins = [apiUrl, authUrl, new URL(token).origin];
      const home = await at.copied({ origins }, { apiUrl });
      for (const command of ["whoami", "doctor"]) {
        await using pane = await at.open(`anaplan-auth ${command}`, { home });
        await pane.shows(/^Waiting for /m);
        await pane.record(`${command}-silent`);
        await pane.press("C-c");
        await pane.end();
        await pane.record(`${command}-silent-interrupted`);
      }
    },
  },
  {
    name: "what api says",
    async play(at) {
      await at.ended("api-more", "anaplan-auth api /2/0/models?limit=1");
      await at.ended("api-near-path", "anaplan-auth api /2/0/user/me");
    },
  },
  {
    name: "a download",
    faults: (sandbox) =>
      sandbox.fault(`${CHUNKS}/1`, { trickle: { bytes: 5_000, everyMs: 100 }, times: 2 }),
    async play(at) {
      const line = `anaplan-auth api ${CHUNKS} --chunks --output $HOME/out`;
      {
        await using pane = await at.open(line);
        await pane.shows(/^chunk 2 of 3 .* left$/m);
        await pane.record("api-download");
        await pane.press("C-c");
        await pane.end();
        await pane.record("api-interrupted");
      }
      await at.ended("api-saved", line);
    },
  },
];
