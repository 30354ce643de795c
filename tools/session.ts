// The sign-in of `deno task demo`, as a terminal shows it. Rule: it is run, not written; only what is
// another each time (ports, paths, what is random) is fixed or shortened, here and nowhere else.

import { makeHome } from "../tests/support/home.ts";
import { screenText } from "../tests/support/screen.ts";
import { openTerminalOf } from "../tests/support/terminal.ts";
import { LOOKS, type TerminalLine, terminalSvg } from "./terminal_svg.ts";

const SANDBOX = "https://127.0.0.1:9443";
const LISTENER = "https://127.0.0.1:8443";
const UNWRAPPED = 1_000; // the address is one line: it is shortened afterwards
const TITLE = "A sign-in to the sandbox in a terminal: deno task login, and then deno task whoami";

/** Runs the demo in a pseudo-terminal; gives its lines from `login` until `whoami` has answered. */
export async function demoSession(python: string): Promise<string[]> {
  await using home = await makeHome();
  await using terminal = await openTerminalOf(
    { program: Deno.execPath(), args: ["task", "--quiet", "demo"] },
    { python, home: home.path, columns: 80 },
  );
  const { code, screen } = await terminal.end;
  if (code !== 0) throw new Error(`The demo ended with ${code}:\n${screen}`);
  const lines = steady(screenText(terminal.output(), UNWRAPPED)).split("\n");
  const [first, end] = [/^\$ .* login/, /^\$ .* refresh/].map((command) =>
    lines.findIndex((line) => command.test(line))
  );
  return lines.slice(first, end).join("\n").trim().split("\n");
}

/** The same text for every run: what is chosen or made anew each time has one value. */
export function steady(text: string): string {
  const [, sandbox = SANDBOX] = /--token-endpoint (\S+)\/oauth\/token/.exec(text) ?? [];
  const [, listener = LISTENER] = /--redirect-uri (\S+)\/callback/.exec(text) ?? [];
  return text
    .replaceAll(sandbox, SANDBOX)
    .replaceAll(listener, LISTENER)
    .replace(/^(https:\S+\?response_type=code)&\S+$/gm, "$1&client_id=…")
    .replace(/\/\S+\/anaplan-sandbox-ca-\w+\.pem/g, "/tmp/anaplan-sandbox-ca.pem")
    .replace(/\/\S+\/anaplan-auth-demo-\w+/g, "/tmp/anaplan-auth-demo")
    .replace(/SHA-256 \w{4}…\w{4}/g, "SHA-256 D910…6FA7");
}

/** The pictures of a session, by the names of their files. */
export function sessionPictures(lines: readonly string[]): Readonly<Record<string, string>> {
  let isTyped = false;
  const marked: TerminalLine[] = lines.map((text) => {
    isTyped = text.startsWith("$ ") || (isTyped && text.startsWith("    "));
    return { text, isTyped };
  });
  return Object.fromEntries(
    Object.entries(LOOKS).map(([theme, look]) => [
      `session-${theme}.svg`,
      terminalSvg(marked, TITLE, look),
    ]),
  );
}
