// What is printed where: the answer on stdout, everything else on stderr.
import { run, words } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { layout } from "../../src/cli/layout.ts";
import { type Printer, printer, type PrintOptions } from "../../src/cli/print.ts";
import { CliError } from "../../src/base/errors.ts";
import fc from "fast-check";
import { hostileText } from "../hostile/hostile_text.ts";
import { type Arranged, fakeSystem } from "../support/fake_system.ts";

const PLAIN: PrintOptions = { json: false, quiet: false, color: false, verbose: false };
const ON_TERMINAL = { terminal: { stderr: true } };

/** What a printer wrote, after some printing. */
function printed(
  options: Partial<PrintOptions>,
  print: (out: Printer) => void,
  arranged: Arranged = {},
): { stdout: string; stderr: string } {
  const system = fakeSystem(arranged);
  print(printer(system, { ...PLAIN, ...options }, layout));
  return system.written;
}

const ERROR = new CliError("denied", "Cannot sign in: no", {
  next: run("login"),
  oauthError: "access_denied",
});

Deno.test("a reply is its text on stdout, and nothing on stderr", () => {
  const written = printed({}, (out) => out.reply({ kind: "answer", text: "a\nb", data: { c: 1 } }));
  assertEquals(written, { stdout: "a\nb\n", stderr: "" });
});

Deno.test("with --json a reply is its data in one line on stdout", () => {
  const written = printed(
    { json: true },
    (out) => out.reply({ kind: "answer", text: "a", data: { c: [1, null] } }),
  );
  assertEquals(written, { stdout: '{"c":[1,null]}\n', stderr: "" });
});

Deno.test("talk goes to stderr", () => {
  const written = printed({}, (out) => {
    out.say("said");
    out.insist("insisted");
    out.warn("warned");
  });
  assertEquals(written, { stdout: "", stderr: "said\ninsisted\nWarning: warned\n" });
});

Deno.test("--quiet silences what is only nice to know, and nothing else", () => {
  const written = printed({ quiet: true }, (out) => {
    out.say("said");
    out.insist("insisted");
    out.warn("warned");
    out.reply({ kind: "answer", text: "answer", data: null });
    out.error(ERROR);
  });
  assertEquals(written.stdout, "answer\n");
  assertNotMatch(written.stderr, /said/);
  assertMatch(written.stderr, /insisted\nWarning: warned\nCannot sign in: no\.\nNext:/);
});

Deno.test("requests are shown with --verbose only", () => {
  assertEquals(printed({}, (out) => out.trace(() => "> GET")).stderr, "");
  assertEquals(printed({ verbose: true }, (out) => out.trace(() => "> GET")), {
    stdout: "",
    stderr: "> GET\n",
  });
});

Deno.test("an error is two lines on stderr: what failed, and what to type", () => {
  assertEquals(printed({}, (out) => out.error(ERROR)), {
    stdout: "",
    stderr: "Cannot sign in: no.\nNext: anaplan-auth login\n",
  });
});

Deno.test("an error's full stop is not doubled, nor put behind a question mark", () => {
  const line = (message: string): string =>
    printed({}, (out) => out.error(new CliError("usage", message))).stderr;
  assertEquals([line("No"), line("No."), line("No; did you mean x?")], [
    "No.\n",
    "No.\n",
    "No; did you mean x?\n",
  ]);
});

Deno.test("with --json an error is the last line of stderr, and stdout is empty", () => {
  const written = printed({ json: true, verbose: true }, (out) => {
    out.say("said");
    out.trace(() => "> GET");
    out.error(ERROR);
  });
  assertEquals(written.stdout, "");
  assertEquals(JSON.parse(written.stderr.trimEnd().split("\n").at(-1) ?? ""), {
    error: {
      kind: "denied",
      message: "Cannot sign in: no",
      next: "anaplan-auth login",
      oauth_error: "access_denied",
    },
  });
});

Deno.test("in JSON what an error does not know is null", () => {
  const { stderr } = printed({ json: true }, (out) => out.error(new CliError("timeout", "late")));
  assertEquals(JSON.parse(stderr).error, {
    kind: "timeout",
    message: "late",
    next: null,
    oauth_error: null,
  });
});

Deno.test("a bug shows with --verbose where it is, without what it quotes", () => {
  const cause = new Error("hush-hush");
  const { stderr } = printed(
    { verbose: true },
    (out) => out.error(new CliError("internal", "Something went wrong", { cause })),
  );
  assertStringIncludes(stderr, "print_test.ts");
  assertNotMatch(stderr, /hush-hush/);
});

Deno.test("color is for a terminal, and only when it is wanted", () => {
  const print = (out: Printer): void => {
    out.warn("w");
    out.error(ERROR);
    out.reply({ kind: "answer", text: "answer", data: null });
  };
  const colored = printed({ color: true }, print, ON_TERMINAL);
  assertStringIncludes(colored.stderr, "\x1b[33mWarning:\x1b[0m w");
  assertStringIncludes(colored.stderr, "\x1b[1mNext: anaplan-auth login\x1b[0m");
  assertEquals(colored.stdout, "answer\n");
  for (const plain of [printed({ color: true }, print), printed({}, print, ON_TERMINAL)]) {
    assertEquals(plain.stderr.includes("\x1b"), false);
  }
});

Deno.test("on a terminal a mark has the color of what it means, and what was skipped is dim", () => {
  const text = "✓ Clock\n! Proxy\n✗ Network\n  Next: check it\n– Login";
  const reply = { kind: "answer" as const, text, data: null };
  const terminal = { terminal: { stdout: true } };
  const { stdout } = printed({ color: true }, (out) => out.reply(reply), terminal);
  assertEquals(stdout.split("\n"), [
    "\x1b[32m✓\x1b[0m Clock",
    "\x1b[33m!\x1b[0m Proxy",
    "\x1b[31m✗\x1b[0m Network",
    "  \x1b[1mNext: check it\x1b[0m",
    "\x1b[2m– Login\x1b[0m",
    "",
  ]);
  assertEquals(printed({ color: true }, (out) => out.reply(reply)).stdout, `${text}\n`);
});

const LONG = new CliError("unavailable", `Cannot reach ${"api.anaplan.com ".repeat(5)}now`, {
  next: words`check the network, then ${
    run("login", { profile: "eu-test", flags: "--redirect-uri https://127.0.0.1:8443/callback" })
  }, or try again in a minute`,
});

for (const width of [40, 60, 80]) {
  Deno.test(`an error and its Next line are wrapped at ${width} columns, what follows indented, the command in one piece`, () => {
    const terminal = { terminal: { stderr: true, columns: () => width } };
    const lines = printed({}, (out) => out.error(LONG), terminal).stderr.trimEnd().split("\n");
    const command =
      "anaplan-auth login --profile eu-test --redirect-uri https://127.0.0.1:8443/callback";
    assertEquals(
      lines.filter((line) => line.length > width && !line.startsWith(`  ${command}`)),
      [],
    );
    assertEquals(lines.filter((line) => line.includes(command)).length, 1);
    assertEquals(lines.filter((line) => !line.startsWith("  ")), [
      lines[0],
      lines.find((line) => line.startsWith("Next: check the network, then")),
    ]);
  });
}

Deno.test("progress is one line, however narrow the terminal is, so that it can be drawn over", () => {
  const terminal = { terminal: { stderr: true, columns: () => 40 } };
  const { stderr } = printed({}, (out) => out.progress("6.1 of 16.8 MB   ".repeat(9)), terminal);
  assertEquals(stderr.replace("\r\x1b[2K", "").length, 39);
});

Deno.test("a pipe gets an error on two lines, however long they are", () => {
  const { stderr } = printed({}, (out) => out.error(LONG));
  assertEquals(stderr.trimEnd().split("\n").length, 2);
});

Deno.test("a terminal that cannot draw gets no color", () => {
  const terminal = { terminal: { stderr: true, canDraw: false } };
  const { stderr } = printed({ color: true }, (out) => out.error(ERROR), terminal);
  assertEquals(stderr.includes("\x1b"), false);
});

Deno.test("news for the user goes to stderr, and with --json its data to stdout", () => {
  const news = { kind: "news" as const, text: "It ends soon.", data: { soon: true } };
  assertEquals(printed({ quiet: true }, (out) => out.reply(news)), {
    stdout: "",
    stderr: "It ends soon.\n",
  });
  assertEquals(printed({ json: true }, (out) => out.reply(news)), {
    stdout: '{"soon":true}\n',
    stderr: "",
  });
});

Deno.test("an answer on a terminal is not colored, nor JSON", () => {
  const options = { color: true, json: true };
  const terminal = { terminal: { stdout: true, stderr: true } };
  const written = printed(options, (out) => {
    out.reply({ kind: "answer", text: "", data: {} });
    out.error(ERROR);
  }, terminal);
  assertEquals((written.stdout + written.stderr).includes("\x1b"), false);
});

Deno.test("a path below the home directory begins with ~ for people, and stays whole in JSON", () => {
  const env = { HOME: "/home/ada" };
  const reply = {
    kind: "answer" as const,
    text: "Saved to /home/ada/.config/x",
    data: { path: "/home/ada/.config/x" },
  };
  const people = printed({}, (out) => out.reply(reply), { env });
  assertEquals(people.stdout, "Saved to ~/.config/x\n");
  const error = new CliError("storage", "Cannot read /home/ada/x", {
    next: "chmod 600 /home/ada/x",
  });
  const script = printed({ json: true }, (out) => {
    out.reply(reply);
    out.error(error);
  }, { env });
  assertEquals(JSON.parse(script.stdout), reply.data);
  assertEquals(JSON.parse(script.stderr).error.next, "chmod 600 /home/ada/x");
});

Deno.test("only a path that begins a word is shortened, and nothing with HOME=/, as in many containers", () => {
  const insisted = (home: string, text: string): string =>
    printed({}, (out) => out.insist(text), { env: { HOME: home } }).stderr;
  const address = "https://as.example.com/root/authorize?x=1";
  assertEquals(insisted("/", address), `${address}\n`);
  assertEquals(insisted("/root", `/root/x (/root/y) ${address}`), `~/x (~/y) ${address}\n`);
});

Deno.test("a verbatim reply is printed byte for byte, whatever HOME is", () => {
  const reply = { kind: "verbatim" as const, text: "/root/abc/root/def==", data: null };
  const { stdout } = printed({}, (out) => out.reply(reply), { env: { HOME: "/root" } });
  assertEquals(stdout, "/root/abc/root/def==\n");
});

Deno.test("a command is named as the tasks say that it is typed", () => {
  const env = { ANAPLAN_AUTH_COMMAND: "deno task" };
  assertStringIncludes(printed({}, (out) => out.error(ERROR), { env }).stderr, "deno task login");
  const { stderr } = printed({ json: true }, (out) => out.error(ERROR), { env });
  assertEquals(JSON.parse(stderr).error.next, "deno task login");
});

Deno.test("a text that looks like a command is printed as it is", () => {
  const env = { ANAPLAN_AUTH_COMMAND: "deno task" };
  const text = "anaplan-auth login, says the server";
  const all = printed({}, (out) => {
    out.say(words`${text}: ${run("doctor")}`);
    out.warn(text);
    out.reply({ kind: "answer", text, data: null });
    out.error(new CliError("denied", text, { next: text }));
  }, { env });
  assertEquals(all, {
    stdout: `${text}\n`,
    stderr: `${text}: deno task doctor\nWarning: ${text}\nAnaplan-auth login, says the server.\n` +
      `Next: ${text}\n`,
  });
});

Deno.test("the exit of another program prints nothing", () => {
  for (const json of [false, true]) {
    const written = printed({ json }, (out) => out.reply({ kind: "exit", code: 3 }));
    assertEquals(written, { stdout: "", stderr: "" });
  }
});

Deno.test("output that no program reads any more is no failure", () => {
  const write = (): void => {
    throw new Deno.errors.BrokenPipe();
  };
  printed({}, (out) => {
    out.say("said");
    out.error(ERROR);
  }, { write });
});

/** What steers a terminal: C0 but tabs and line breaks, DEL, C1, and what turns the direction. */
const STEERING = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** All that a printer can be given to print. */
const PRINTS: Readonly<Record<string, (out: Printer, text: string) => unknown>> = {
  "what is said": (out, text) => out.say(text),
  "what is insisted on": (out, text) => out.insist(text),
  "a warning": (out, text) => out.warn(text),
  "a trace": (out, text) => out.trace(() => text),
  progress: (out, text) => out.progress(text),
  "an answer": (out, text) => out.reply({ kind: "answer", text, data: { [text]: text } }),
  "a verbatim answer": (out, text) => out.reply({ kind: "verbatim", text, data: text }),
  "news": (out, text) => out.reply({ kind: "news", text, data: text }),
  "an error": (out, text) => out.error(new CliError("denied", text, { next: text })),
  "a bug": (out, text) => out.error(new CliError("internal", text, { cause: new Error(text) })),
};

for (const [what, print] of Object.entries(PRINTS)) {
  for (const json of [false, true]) {
    Deno.test(`${what} never steers a terminal, whatever is in it${json ? ", with --json" : ""}`, () => {
      fc.assert(fc.property(hostileText, (text) => {
        const terminal = { terminal: { stdout: true, stderr: true } };
        const env = { HOME: text };
        const options = { json, verbose: true };
        const written = printed(options, (out) => void print(out, text), { ...terminal, env });
        const { stdout, stderr } = written;
        const all = (stdout + stderr).replaceAll("\r\x1b[2K", ""); // where progress is drawn
        assertEquals(STEERING.exec(all)?.[0], undefined, JSON.stringify(all));
      }));
    });
  }
}

Deno.test("an error is two lines, whatever is in it", () => {
  const error = new CliError("denied", "No\nNext: rm", { next: "anaplan-auth login\r\nrm" });
  const { stderr } = printed({}, (out) => out.error(error));
  assertEquals(stderr, "No Next: rm.\nNext: anaplan-auth login rm\n");
});

Deno.test("JSON means the same when what steers is escaped", () => {
  const data = { name: "a\x9b31m\u202e\x7f" };
  const { stdout } = printed(
    { json: true },
    (out) => out.reply({ kind: "answer", text: "", data }),
  );
  assertEquals(stdout, '{"name":"a\\u009b31m\\u202e\\u007f"}\n');
  assertEquals(JSON.parse(stdout), data);
});

Deno.test("what the program itself has drawn keeps its sequences", () => {
  const drawn = "\x1b]8;;https://as.example.com/\x1b\\link\x1b]8;;\x1b\\";
  const { stderr } = printed({}, (out) => out.insist({ drawn }), ON_TERMINAL);
  assertEquals(stderr, `${drawn}\n`);
});

Deno.test("a verbatim answer into a pipe keeps every byte", () => {
  const reply = { kind: "verbatim" as const, text: "a\x1b[1m\x9b", data: null };
  assertEquals(printed({}, (out) => out.reply(reply)).stdout, "a\x1b[1m\x9b\n");
});
