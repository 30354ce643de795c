// Loads what needs packages, and says so when that takes long: Deno downloads them the first time, in silence.
// Rule: a program that uses this imports no package by itself, so that it starts at once.

const SILENCE = 1_000;
const LINE =
  "Loading packages. The first time, Deno downloads them, for up to 20 s. Ctrl-C stops it.\n";

/** What `load` imports; a line on stderr says what is waited for after a second. */
export async function loaded<Module>(load: () => Promise<Module>): Promise<Module> {
  const say = (): void => void Deno.stderr.writeSync(new TextEncoder().encode(LINE));
  const timer = setTimeout(say, SILENCE);
  try {
    return await load();
  } finally {
    clearTimeout(timer);
  }
}
