// Ctrl-Z while `deno task` runs the program: `deno task` does not stop, so the program must not stop.
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
    await using pane = await tmux.open({
      columns: 80,
      rows: 30,
      home: home.path,
      typed: "deno task login",
      command: ["bash", "--norc", "-i"], // a shell that does job control
      env: { ANAPLAN_CLIENT_SECRET: "a-secret" },
    });
    await pane.type(task);
    await pane.press("Enter");
    await pane.shows(/^>$/m);
    await pane.press("C-z");
    await pane.type("hello");
    await pane.press("Enter");
    await pane.shows(/paste the whole address/);
    await pane.press("C-c");
    await pane.shows(/^Interrupted[^]*[#$]$/m); // the shell has the terminal again
    await pane.type("echo code $?");
    await pane.press("Enter");
    await pane.shows(/^code 130$/m);
  },
);
