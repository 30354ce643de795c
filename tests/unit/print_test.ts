// What is printed where: the answer on stdout, everything else on stderr.
import { run } from "../../src/base/words.ts";
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

Deno.test("JSON means the same when what steers is escaped", () => {
  const data = { name: "a\x9b31m\u202e\x7f" };
  const { stdout } = printed(
    { json: true },
    (out) => out.reply({ kind: "answer", text: "", data }),
  );
  assertEquals(stdout, '{"name":"a\\u009b31m\\u202e\\u007f"}\n');
  assertEquals(JSON.parse(stdout), data);
});

Deno.test("a verbatim answer into a pipe keeps every byte", () => {
  const reply = { kind: "verbatim" as const, text: "a\x1b[1m\x9b", data: null };
  assertEquals(printed({}, (out) => out.reply(reply)).stdout, "a\x1b[1m\x9b\n");
});
