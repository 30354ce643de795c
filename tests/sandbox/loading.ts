// What is said at a start that takes long: the first time, Deno downloads packages, in silence.
// Rule: a program that uses this loads its packages by `import()`, so that it starts at once.

const SILENCE = 1_000;
/** Two lines, so that none is broken at 60 columns. */
const LINES =
  "Loading packages. The first time, Deno downloads them,\nfor up to 20 s. Ctrl-C stops it.\n";

/**
 * Prints the lines on stderr after a second, unless it is disposed before; it may be disposed again. A terminal loses
 * them then, since they are over.
 */
export function loadingLine(): Disposable {
  const say = (text: string): void => void Deno.stderr.writeSync(new TextEncoder().encode(text));
  let isSaid = false;
  const timer = setTimeout(() => {
    isSaid = true;
    say(LINES);
  }, SILENCE);
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      const canClear = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
      if (isSaid && canClear) say(`\x1b[${heightOf(LINES)}A\x1b[J`);
      isSaid = false;
    },
  };
}

/** In how many rows the terminal shows the lines. */
function heightOf(lines: string): number {
  const { columns } = Deno.consoleSize();
  return lines.trimEnd().split("\n")
    .reduce((sum, line) => sum + Math.ceil(line.length / columns), 0);
}
