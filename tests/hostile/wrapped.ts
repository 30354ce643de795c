// The real program inside another one: a namespace without a network, a smaller disk, fewer rights.
// Rule: what the wrapper changes ends with the program, so that nothing of it outlives a test.
import { runHere } from "../support/here.ts";
import { bareEnvironment, type Outcome, type ProgramOptions } from "../support/program.ts";
import { streamText } from "../support/stream_text.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

/** Runs the program as the last words of the wrapper's command line. */
export async function runWrapped(
  wrapper: readonly string[],
  argv: readonly string[],
  { home, env = {} }: Pick<ProgramOptions, "home" | "env">,
): Promise<Outcome> {
  const { program, args } = await commandLineOf(argv);
  const [first = "", ...rest] = [...wrapper, program, ...args];
  const started = performance.now();
  const child = new Deno.Command(first, {
    args: rest,
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    streamText(child.stdout).whole,
    streamText(child.stderr).whole,
  ]);
  clearTimeout(impatience);
  return { code, stdout, stderr, milliseconds: performance.now() - started };
}

/** Runs the program as it is; one that hangs is killed, and fails its test by its exit code. */
export function runBounded(
  argv: readonly string[],
  options: Pick<ProgramOptions, "home" | "env">,
): Promise<Outcome> {
  return runWrapped([], argv, options);
}

/** The same in the process of the test, for a table; one that hangs also fails its test. */
export async function runBoundedHere(
  argv: readonly string[],
  options: Pick<ProgramOptions, "home" | "env">,
): Promise<Outcome> {
  const late = Promise.withResolvers<never>();
  const impatience = setTimeout(
    () => late.reject(new Error(`${argv.join(" ")} does not end`)),
    PATIENCE,
  );
  try {
    return await Promise.race([runHere(argv, options), late.promise]);
  } finally {
    clearTimeout(impatience);
  }
}

/** How long a run may take, in milliseconds, on a machine that has much else to do. */
export const PATIENCE = 20_000;

/** A namespace in which no packet can leave, not even to ask for a name. */
export const WITHOUT_NETWORK: readonly string[] = ["unshare", "-rn"];

/** Makes a file's mode count for root; for every other user it counts anyway. */
export const WITHOUT_PRIVILEGE: readonly string[] = Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
  : [];

/** Whether a disk can be put over a directory here; runs what follows as it is. */
export const OWN_DISKS: readonly string[] = [
  ...["unshare", "-rm", "sh", "-c", 'mount -t tmpfs tmpfs /tmp && exec "$@"', "sh"],
];

/** The directory is on a disk of its own that is full, with what was in it before. */
export function onFullDisk(directory: string): string[] {
  return ["unshare", "-rm", "sh", "-c", FULL_DISK, "sh", directory];
}

/** The directory can be read and not be written to, by any user. */
export function readOnly(directory: string): string[] {
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  return ["unshare", "-rm", "sh", "-c", script, "sh", directory];
}

/** Whether this wrapper may be used here. */
export function isUsable([first = "true", ...rest]: readonly string[]): boolean {
  return Deno.build.os === "linux" && canRun(first, [...rest, "true"]);
}

/** A test on Linux that is skipped where this wrapper may not be used, as in many containers. */
export function wrappedTest(
  wrapper: readonly string[],
  name: string,
  fn: () => Promise<void>,
): void {
  const [first] = wrapper;
  const works = isUsable(wrapper);
  Deno.test({ name: works ? name : `${name} (needs the right to ${first})`, ignore: !works, fn });
}

function canRun(program: string, args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

// The disk ends with the namespace; so its files go back to where they can be looked at.
const FULL_DISK = `
set -e
directory=$1; shift
mkdir "$directory.seen"; cp -a "$directory/." "$directory.seen"
mount -t tmpfs -o size=64k,mode=700 tmpfs "$directory"
cp -a "$directory.seen/." "$directory"
head -c 1000000 /dev/zero >"$directory/everything" 2>/dev/null || true
set +e; "$@"; code=$?; set -e
rm "$directory/everything" "$directory.seen" -r
cp -a "$directory" "$directory.seen"
umount "$directory"; cp -a "$directory.seen/." "$directory"
exit $code
`;
