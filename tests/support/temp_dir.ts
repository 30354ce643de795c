// A directory of one test, and what can be said of files.

/** A directory that is removed with everything in it on disposal. */
export interface TempDir extends Disposable {
  readonly path: string;
}

/** Makes an empty directory. */
export function tempDir(): TempDir {
  const path = Deno.makeTempDirSync({ prefix: "anaplan-auth-test-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** The permission bits of a file or a directory, as `chmod` takes them: `600`. */
export function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

/** The names in a directory, sorted. */
export function namesIn(path: string): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
}

/** Whether anything is at the path. */
export function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
