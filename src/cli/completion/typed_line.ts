// A line that is still being typed, in words. Rule: pure; nothing in it is expanded or run.

const PARTS = /(\s+)|\\([^]?)|'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|[^\s\\'"]+/g;

/**
 * The words of an unfinished line as a POSIX shell reads them, without their quotes; the last one is
 * being typed and may be empty, and its quote may be open.
 */
export function wordsOf(line: string): string[] {
  const words = [""];
  for (const [part, blank, escaped, single, double] of line.trimStart().matchAll(PARTS)) {
    if (blank !== undefined) words.push("");
    else {
      words[words.length - 1] += escaped ?? single ??
        double?.replace(/\\(["\\$`])/g, "$1") ?? part;
    }
  }
  return words;
}
