// Another process at work on private files, for tests of what two processes see of each other.
// Rule: the child does what its words say with the real src/files/private_file.ts, and one line says how it went.
import { lockFile } from "../../src/files/lock_file.ts";
import { writePrivateFile } from "../../src/files/replacement.ts";

/** A child process that is killed on disposal if it still runs. */
export interface DiskProcess extends AsyncDisposable {
  readonly pid: number;
  /** The next line that it says. */
  line(): Promise<string>;
  /** Ends its stdin, which is what a holder of a lock waits for. */
  release(): Promise<void>;
  kill(): Promise<void>;
}

/** Takes the lock and holds it until it is released: says `held`, or the error. */
export function lockElsewhere(path: string, deadline: number): DiskProcess {
  return start(Deno.execPath(), [
    "run",
    "-A",
    "--no-prompt",
    import.meta.url,
    "lock",
    path,
    `${deadline}`,
  ]);
}

/** Writes two long texts in turn, over and over, until it is killed: says `writing`. */
export function rewriteElsewhere(path: string): DiskProcess {
  return start(Deno.execPath(), ["run", "-A", "--no-prompt", import.meta.url, "rewrite", path]);
}

/** Writes more than a file may hold, on a disk that is full from then on: says the error. */
export function writeOnFullDisk(path: string): DiskProcess {
  const script = 'trap "" XFSZ; ulimit -f 8; exec "$@"'; // a limit of the shell acts as the full disk
  const words = [Deno.execPath(), "run", "-A", "--no-prompt", import.meta.url, "fill", path];
  return start("sh", ["-c", script, "sh", ...words]);
}

/** The texts that {@link rewriteElsewhere} writes. */
export const TEXTS: readonly string[] = ["a".repeat(300_000), "b".repeat(200_000)];

function start(program: string, args: string[]): DiskProcess {
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  let said = "";
  const end = async (stop: () => Promise<void> | void): Promise<void> => {
    await stop();
    await child.status;
    await output.cancel();
  };
  return {
    pid: child.pid,
    async line() {
      while (!said.includes("\n")) {
        const { value, done } = await output.read();
        if (done) throw new Error(`The process ended, having said "${said}"`);
        said += value;
      }
      const [first = "", ...rest] = said.split("\n");
      said = rest.join("\n");
      return first;
    },
    release: () => end(() => input.close()),
    kill: () => end(() => child.kill("SIGKILL")),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await child.status;
      await input.abort().catch(() => {});
      await output.cancel();
    },
  };
}

async function work([task, path = "", deadline]: string[]): Promise<void> {
  if (task === "fill") return writePrivateFile(path, "x".repeat(1_000_000));
  if (task === "rewrite") {
    say("writing");
    for (let count = 0;; count++) writePrivateFile(path, TEXTS[count % TEXTS.length] ?? "");
  }
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => setTimeout(wake, milliseconds));
  using _lock = await lockFile(path, Number(deadline), {
    monotonic: () => performance.now(),
    sleep,
  });
  say("held");
  await Deno.stdin.read(new Uint8Array(1));
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  await work(Deno.args).catch((error) => say(error instanceof Error ? error.message : `${error}`));
}
