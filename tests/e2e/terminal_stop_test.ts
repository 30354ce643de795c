// Ctrl-Z while `deno task` runs the program: `deno task` does not stop, so the program must not stop either.
import { makeHome } from "../support/home.ts";
import { testWith } from "../support/needs.ts";
import { findTmux, startTmux } from "../support/tmux.ts";

testWith(
  findTmux(),
  "after Ctrl-Z, `deno task login` still takes what is typed and Ctrl-C",
  async (path) => {
    await using home = await makeHome();
    await using tmux = await startTmux(path);
    const task = `"${Deno.execPath()}" task login --paste --client-id abc`;
    await using window = await tmux.open({
      columns: 80,
      rows: 30,
      home: home.path,
      typed: "deno task login",
      command: ["bash", "--norc", "-i"], // a shell that does job control
      env: { ANAPLAN_CLIENT_SECRET: "a-secret" },
    });
    await window.type(task);
    await window.press("Enter");
    await window.shows(/^>$/m);
    await window.press("C-z");
    await window.type("hello");
    await window.press("Enter");
    await window.shows(/paste the whole address/);
    await window.press("C-c");
    await window.type("echo code $?");
    await window.press("Enter");
    await window.shows(/^code 130$/m);
  },
);
