// The examples of docs/many-machines.md, run unchanged, on computers that share a database.
// Rule: the commands are read from the page; only the host and the directories are the test's.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "npm:yaml@2.9.1";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { installed, type Machine } from "../support/installed.ts";
import { testWith } from "../support/needs.ts";
import { findPostgres, PASSWORD, startPostgres } from "../support/postgres.ts";
import { signedIn } from "../support/signed_in.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/many-machines.md", import.meta.url));

/** The code blocks of a language, in the page's order. */
function blocks(language: string): string[] {
  return Array.from(
    PAGE.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g")),
    ([, text = ""]) => text,
  );
}

/** A command in the middle of a sentence. */
function inline(command: string): string {
  assert(PAGE.replace(/\s+/g, " ").includes(`\`${command}\``), `the page says ${command}`);
  return command;
}

testWith(
  findPostgres(),
  "the examples of the page about many machines work when they are pasted",
  async (bin, test) => {
    await using undo = new AsyncDisposableStack();
    const sandbox = undo.use(await startSandbox());
    const postgres = undo.use(await startPostgres(bin));
    const homes = [undo.use(await makeHome()), undo.use(await makeHome())] as const;
    const [first, other] = [await machineIn(homes[0].path), await machineIn(homes[1].path)];
    const [etc, secrets] = [`${first.home}/etc`, `${other.home}/secrets`];
    for (const directory of [etc, secrets]) await Deno.mkdir(directory);
    const here = (text: string): string =>
      text.replaceAll("YOUR_HOST", `127.0.0.1:${postgres.port}`)
        .replaceAll("/etc/anaplan-auth", etc).replaceAll(/\/(run\/)?secrets\b/g, secrets);
    const works = async (
      { run }: Machine,
      script: string,
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> => {
      const { code, stdout, stderr } = await run(here(script), env);
      assertEquals([code, stderr], [0, ""], script);
      return stdout;
    };
    await signedIn(sandbox, homes[0]);
    const line = `127.0.0.1:${postgres.port}:anaplan:anaplan:${PASSWORD}\n`;
    await Deno.writeTextFile(`${first.home}/.pgpass`, line, { mode: 0o600 });
    await Deno.writeTextFile(`${secrets}/store-password`, `${PASSWORD}\n`, { mode: 0o600 });
    const [setUp = "", everyOther = "", leaked = "", ...more] = blocks("sh");
    assertEquals(more, [], "every block has its step");

    await test.step("the first computer", async () => {
      await works(
        first,
        inline("(umask 077 && openssl rand -base64 32 > /etc/anaplan-auth/key)"),
      );
      assertMatch(
        await works(first, setUp),
        /^Moved to the login store 127\.0\.0\.1:\d+: default\.$/m,
      );
      await Deno.copyFile(`${etc}/key`, `${secrets}/key`);
    });
    const token = await works(first, "anaplan-auth token");
    await test.step("every other computer", async () => {
      assertEquals(await works(other, everyOther), token);
    });
    await test.step("Docker Compose, Kubernetes and systemd", async () => {
      const [compose = "", kubernetes = "", ...more] = blocks("yaml").map((text) => parse(text));
      assertEquals(more, []);
      const pairs: readonly { readonly name: string; readonly value: string }[] = kubernetes.env;
      const [, systemd = ""] = /`Environment=(ANAPLAN\S+)`/.exec(PAGE) ?? [];
      const [variable = "", value = ""] = systemd.split("=");
      const { ANAPLAN_AUTH_KEY_FILE: _, ...composed } = compose.services.worker.environment;
      const environments: readonly Readonly<Record<string, string>>[] = [
        compose.services.worker.environment,
        Object.fromEntries(pairs.map(({ name, value }) => [name, value])),
        { ...composed, [variable]: value.replace("%d", "/secrets") },
      ];
      for (const env of environments) {
        const values = Object.entries(env).map(([name, value]) => [name, here(value)]);
        await Deno.remove(`${homes[1].configDir}/shared`, { recursive: true });
        assertEquals(await works(other, "anaplan-auth token", Object.fromEntries(values)), token);
      }
    });
    await test.step("a key that leaked", async () => {
      assertEquals((await first.run(here(leaked))).code, 0);
      const old = await other.run(`${here(everyOther)}anaplan-auth refresh`);
      assertEquals(old.code, 7, "the old key opens nothing");
      await Deno.copyFile(`${etc}/key.new`, `${secrets}/key`);
      assertEquals(await works(other, everyOther), token);
    });
    await test.step("the way back", async () => {
      await works(first, inline("anaplan-auth store pull --all"));
      await works(first, inline("anaplan-auth store use local"));
      assertEquals(await works(first, "anaplan-auth token"), token);
      const gone = await other.run(`${here(everyOther)}anaplan-auth refresh`);
      assertEquals([gone.code, gone.stdout], [3, token], "its copy is valid, and no more");
    });
  },
  { sanitizeOps: false, sanitizeResources: false },
);

function machineIn(home: string): Promise<Machine> {
  return installed(home, `${home}/bin`);
}
