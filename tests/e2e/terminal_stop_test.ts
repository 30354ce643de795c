// Ctrl-Z while `deno task` runs the program: `deno task` does not stop, so nothing that it runs must stop.
import { startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { testWith } from "../support/needs.ts";
import { signedIn } from "../support/signed_in.ts";
import { findTmux, startTmux, type Window } from "../support/tmux.ts";

/** Types the line in a shell that does job control. */
async function typed(
  path: string,
  home: Home,
  line: string,
  env: Readonly<Record<string, string>>,
  test: (pane: Window) => Promise<void>,
): Promise<void> {
  await using tmux = await startTmux(path);
  await using pane = await tmux.open({
    columns: 80,
    rows: 30,
    home: home.path,
    typed: line,
    command: ["bash", "--norc", "-i"],
    env,
  });
  await pane.type(line.replace("deno", `"${Deno.execPath()}"`));
  await pane.press("Enter");
  await test(pane);
}

/** Sees that the shell has the terminal again, and the code of what has ended. */
async function assertEnded(pane: Window, code: number): Promise<void> {
  await pane.type("echo code $?");
  await pane.press("Enter");
  await pane.shows(new RegExp(`^code ${code}$`, "m"));
}

testWith(
  findTmux(),
  "after Ctrl-Z, `deno task login` still takes what is typed and Ctrl-C",
  async (path) => {
    await using home = await makeHome();
    const env = { ANAPLAN_CLIENT_SECRET: "a-secret" };
    await typed(path, home, "deno task login --paste --client-id abc", env, async (pane) => {
      await pane.shows(/^>$/m);
      await pane.press("C-z");
      await pane.type("hello");
      await pane.press("Enter");
      await pane.shows(/paste the whole address/);
      await pane.press("C-c");
      await pane.shows(/^Interrupted[^]*[#$]$/m); // the shell has the terminal again
      await assertEnded(pane, 130);
    });
  },
);

testWith(
  findTmux(),
  "Ctrl-Z before `deno task token` has its settings stops nothing",
  async (path) => {
    await using home = await makeHome();
    const file = `${home.path}/token`; // a pipe: the program waits until the test writes
    await new Deno.Command("mkfifo", { args: ["-m", "600", file] }).output();
    const env = { ANAPLAN_REFRESH_TOKEN_FILE: file, ANAPLAN_CLIENT_ID: "abc" };
    await typed(path, home, "deno task token", env, async (pane) => {
      const pipe = await Deno.open(file, { write: true }); // once the program reads
      await pane.press("C-z");
      await pane.shows(/\^Z/);
      await pipe.write(new TextEncoder().encode("two\nlines\n"));
      pipe.close();
      await pane.shows(/there is more in it than a refresh token[^]*[#$]$/m);
      await assertEnded(pane, 2);
    });
  },
);

testWith(
  findTmux(),
  "after Ctrl-Z, what `deno task exec` runs still takes what is typed",
  async (path) => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    const line = "deno task exec -- sh -c 'echo ready; cat; echo over'";
    await typed(path, home, line, {}, async (pane) => {
      await pane.shows(/^ready$/m);
      await pane.press("C-z");
      await pane.shows(/\^Z/);
      await pane.type("hello");
      await pane.press("Enter");
      await pane.shows(/hello\nhello$/m); // as it was typed, and from cat
      await pane.press("C-d");
      await pane.shows(/^over[^]*[#$]$/m);
      await assertEnded(pane, 0);
    });
  },
);
