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
