// Splits a command line into words, as a shell would that knows quotes, variables and the home directory only.
// Rule: pure; what it does not know stays unchanged.

/** The words of a line; `variables` gives the words that replace an unquoted `$NAME`. */
export function splitWords(
  line: string,
  variables: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const words = line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g);
  return Array.from(words, ([word]) => word).flatMap((word) => {
    const [, whole = ""] = /^\$([A-Z_]+)$/.exec(word) ?? [];
    const list = variables[whole];
    const [home = "~"] = variables.HOME ?? [];
    return list === undefined ? [unquoted(word.replace(/^~(?=\/)/, home), variables)] : list;
  });
}

function unquoted(word: string, variables: Readonly<Record<string, readonly string[]>>): string {
  return word.replace(/'([^']*)'|"([^"]*)"|([^"']+)/g, (_, single, double, bare) => {
    if (single !== undefined) return single;
    return String(double ?? bare).replace(
      /\$([A-Z_]+)/g,
      (whole, name) => variables[name]?.join(" ") ?? whole,
    );
  });
}

/** The words of the command in the `Next:` line on stderr, without the program's name; the line has to be this one. */
export function nextWords(stderr: string, line: string): string[] {
  const said = stderr.split("\n").find((one) => one.startsWith("Next: "));
  if (said !== line) throw new Error(`Expected "${line}", not "${said}"`);
  const [, typed = ""] = /\banaplan-auth((?: [^\s,;()]+)*)/.exec(line) ?? [];
  return typed.split(" ").slice(1);
}
