// A line for a start that takes long: the first time, Deno downloads packages, in silence.
// Rule: a program that uses this loads its packages by `import()`, so that it starts at once.

const SILENCE = 1_000;
const LINE =
  "Loading packages. The first time, Deno downloads them, for up to 20 s. Ctrl-C stops it.\n";

/** Prints the line on stderr after a second, unless it is disposed before; it may be disposed again. */
export function loadingLine(): Disposable {
  const say = (): void => void Deno.stderr.writeSync(new TextEncoder().encode(LINE));
  const timer = setTimeout(say, SILENCE);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
