// docs/performance.md, from the figures of one run. Rule: no figure is typed; page.md holds the words, and
// they name no number that the next run could change. A missed target is written like one that is met.

import type { Result, Sample, Spread } from "./timing.ts";

/** The tables of a run, by their names in page.md. */
export type Tables = Readonly<Record<string, readonly Result[]>>;

/**
 * The page from its words: `{{name}}` is a table, or one of the other parts.
 *
 * @param requests refresh requests for each time that sixteen raced.
 */
export function report(
  words: string,
  tables: Tables,
  requests: number,
  parts: Readonly<Record<string, string>>,
): string {
  const written = Object.entries(tables).map(([name, rows]) => [name, table(rows)] as const);
  const targets = markdown([["ratio", "at most", "came", ""], ...verdicts(tables, requests)]);
  const all = new Map([...written, ...Object.entries({ ...parts, targets })]);
  return words.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = all.get(name);
    if (part === undefined) throw new Error(`page.md asks for ${name}`);
    return part;
  });
}

/** Every target that has figures. */
function verdicts(tables: Tables, requests: number): string[][] {
  const median = (name: string, row: string, key: keyof Sample = "wall"): number =>
    tables[name]?.find((result) => result.name === row)?.[key].median ?? NaN;
  const ratio = (name: string, one: string, other: string): number =>
    median(name, one) / median(name, other);
  const memory = median("tokens", "`token`", "memory") / median("tokens", EMPTY, "memory");
  const medians = (name: string): number[] => tables[name]?.map(({ wall }) => wall.median) ?? [];
  const [empty = NaN, , many = NaN] = medians("completions");
  const [starts = NaN, refresh = NaN, racing = NaN] = medians("race");
  const more = median("sealed", WITH_KEYCHAIN) - median("sealed", WITH_FILE);
  const rows: readonly (readonly [string, number, number])[] = [
    ["`--version` by an empty Deno program", 1.15, ratio("starts", "`--version`", EMPTY)],
    ["`--help` by an empty Deno program", 1.15, ratio("starts", "`--help`", EMPTY)],
    ["`--version` from source", 1.25, ratio("starts", "`--version`, from source", EMPTY)],
    ["`--help` from source", 1.25, ratio("starts", "`--help`, from source", EMPTY)],
    ["`--version` by `gh --version`", 0.4, ratio("starts", "`--version`", "`gh --version`")],
    ["`--help` by `gh --version`", 0.4, ratio("starts", "`--help`", "`gh --version`")],
    ["`token`, fresh, by an empty Deno program", 1.15, ratio("tokens", "`token`", EMPTY)],
    ["`token`, fresh, from source", 1.25, ratio("tokens", "`token`, from source", EMPTY)],
    ["`token`, fresh, by the tutorial's way", 0.2, ratio("tokens", "`token`", TUTORIAL)],
    ["peak memory of `token` by the empty program's", 1.05, memory],
    ["`token` with 10,000 profiles by one", 1.05, tables.profiles?.[1]?.wall.ratio ?? NaN],
    ["`token`, sealed with a key file, by a plain one", 1.6, ratio("sealed", WITH_FILE, PLAIN)],
    ["what a keychain adds to that, by its helper alone", 1.3, more / median("sealed", HELPER)],
    ["Tab with 10,000 profiles, in s more than an empty Deno program", 0.1, (many - empty) / 1000],
    [
      "`refresh` by the tutorial's way",
      0.45,
      ratio("commands", "`refresh`", `refresh, ${TUTORIAL}`),
    ],
    ["`login`, redirect to page, by Python's", 0.4, ratio("page", "anaplan-auth", TUTORIAL)],
    ["`login`, redirect to page, by the floor", 1.1, ratio("page", "anaplan-auth", FLOOR)],
    ["sixteen racing by one refresh and sixteen starts", 1.3, racing / (starts + refresh)],
    ["requests of sixteen that race", 1, requests],
  ];
  return rows.filter(([, , came]) => !Number.isNaN(came)).map(([what, target, came]) => {
    const isMet = Number(came.toFixed(2)) <= target;
    return [what, String(target), came.toFixed(2), isMet ? "met" : "**not met**"];
  });
}

/** What the rows are called that all tables have in common. */
export const [EMPTY, FLOOR, TUTORIAL] = [
  "an empty Deno program",
  "the smallest Deno program",
  "the tutorial's way, in Python",
] as const;

/** The rows of the table of sealed logins. */
export const [PLAIN, WITH_FILE, WITH_KEYCHAIN, HELPER] = [
  "`token`, plain",
  "`token`, sealed with a key file",
  "`token`, sealed with `pass`",
  "`docker-credential-pass get` alone",
] as const;

/** Results as a table, in text; without the columns that were not measured. */
export function table(all: readonly Result[]): string {
  const results = all.filter(({ wall }) => !Number.isNaN(wall.median));
  const isTimeOnly = results.every(({ cpu }) => Number.isNaN(cpu.median));
  const rows = results.map(({ name, wall, cpu, memory }) => [
    ...[name, spread(wall), wall.ratio.toFixed(2), spread(cpu)],
    `${(memory.median / 2 ** 20).toFixed(1)} (${memory.ratio.toFixed(2)} of the first)`,
  ]);
  const head = ["", "time, ms", `ratio to ${results[0]?.name}`, "CPU, ms", "peak memory, MiB"];
  return markdown([head, ...rows].map((cells) => isTimeOnly ? cells.slice(0, 3) : cells));
}

/** A table; the first row is its head. */
export function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function spread({ median, least, most }: Spread): string {
  return `${median.toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)})`;
}
