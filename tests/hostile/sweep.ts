// Looks for secrets wherever a run of the program may leave them: what it prints, the command lines of it
// and of what it starts, the files that it writes.
// Rule: a secret counts as found raw, percent-encoded, and in base64 and base64url at any alignment.
import {
  bareEnvironment,
  type Outcome,
  type ProgramOptions,
  startProgram,
} from "../support/program.ts";
import { filesUnder } from "./stale_login.ts";
import { PATIENCE } from "./wrapped.ts";

/** Secrets, by what they are. */
export type Secrets = Readonly<Record<string, string>>;

/** A run, and what was on the command lines of the program and its children meanwhile. */
export interface WatchedRun extends Outcome {
  readonly commandLines: string;
}

/** The forms in which a secret may be found. */
export function formsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const base64 = [0, 1, 2].map((before) => {
    const all = [...new Uint8Array(before), ...bytes].map((byte) => String.fromCharCode(byte));
    // the letters that hold bits of the secret alone
    return btoa(all.join("")).slice(before === 0 ? 0 : before + 1, Math.floor(all.length * 8 / 6));
  });
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const form = String(new URLSearchParams({ x: secret })).slice(2);
  const forms = [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1)];
  return [...new Set([...forms, ...base64, ...urlSafe])];
}

/** The names of the secrets that the text holds in any form. */
export function findSecrets(text: string, secrets: Secrets): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** The secrets in the files below the home directory that are not there to hold them, with their paths. */
export async function foundInFiles(home: string, secrets: Secrets): Promise<string[]> {
  const files = [...await filesUnder(home)].filter(([path]) => !HOLDERS.test(path));
  return files.flatMap(([path, text]) =>
    findSecrets(text, secrets).map((name) => `${name} in ${path}`)
  );
}

const HOLDERS = /\/anaplan-auth\/(credentials\/[\w-]+\.json|tls\/listener\.json)$/;

/** Runs the program to its end and looks at the command lines while it runs. */
export async function runWatched(
  argv: readonly string[],
  options: ProgramOptions,
): Promise<WatchedRun> {
  await using program = await startProgram(argv, options);
  const seen = new Set<string>();
  const watch = watchCommandLines(program.pid, seen);
  const impatience = setTimeout(() => program.signal("SIGKILL"), PATIENCE);
  const outcome = await program.outcome;
  clearTimeout(impatience);
  clearInterval(watch);
  return { ...outcome, commandLines: [...seen].join("\n") };
}

/** Collects the command lines of a process and its children until it is cleared. */
export function watchCommandLines(pid: number, seen: Set<string>): ReturnType<typeof setInterval> {
  const read = (path: string): string => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return ""; // it has ended, or there is no /proc
    }
  };
  const look = (): void => {
    const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
    for (const id of [pid, ...children]) {
      seen.add(read(`/proc/${id}/cmdline`).replaceAll("\0", " "));
    }
  };
  look();
  return setInterval(look, 5);
}

/** A program for `$BROWSER` that writes its environment and its arguments into a directory. */
export async function dumpingBrowser(directory: string): Promise<string> {
  const { PATH = "" } = await bareEnvironment(directory);
  const script =
    `#!/bin/sh\nPATH='${PATH}'\nenv > '${directory}/env'\necho "$@" > '${directory}/args'\n`;
  await Deno.writeTextFile(`${directory}/browser`, script, { mode: 0o700 });
  return `${directory}/browser`;
}
