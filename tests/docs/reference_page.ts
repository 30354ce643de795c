// docs/reference.md, made from the program itself: the one golden file of the tree of commands.
// Rule: what the program says about itself is here word for word; only what it never says is written here.
import { fitLines } from "../../src/base/lines.ts";
import { helpOf } from "../../src/cli/help/help.ts";
import { reference } from "../../src/cli/help/reference.ts";
import { ROOT } from "../../src/cli/tree/tree.ts";
import { REGIONS } from "../../src/provider/regions.ts";
import { briefOf, ROWS, typedName } from "../../src/settings/table.ts";
import { commands, type Entry, repeatableFlags } from "../support/tree.ts";

/** How the paragraphs of a page begin that the reference has once, for all commands. */
const [COMMON, REGION_LIST] = ["Every command\n", "Regions\n"];

/** The page as it has to be. */
export async function referencePage(): Promise<string> {
  const all = commands();
  const [codes = "", variables = ""] = fitLines(reference(), 80).split("\n\n");
  return [
    INTRODUCTION,
    fenced(await helpOf("", ROOT)),
    all.map(({ name }) => `- [\`${name}\`](#${name.replaceAll(" ", "-")})`).join("\n"),
    ...await Promise.all(all.map(section)),
    "## Flags of every command",
    fenced(await commonFlags(all)),
    `These can be given more than once: ${code(repeatableFlags())}.`,
    "## Settings of a profile",
    SETTINGS,
    table(["setting", "takes", "what"], settings()),
    "## Regions",
    REGIONS_NOTE,
    table(["region", "where", "authorization server", "API", "authentication service"], regions()),
    "## Exit codes",
    fenced(codes),
    "## Environment variables",
    fenced(variables),
    SURROUNDINGS_NOTE,
    table(
      ["variables", "what they tell"],
      SURROUNDINGS.map(([names, text]) => [code(names), text]),
    ),
    "## Files",
    FILES_NOTE,
    table(["file", "holds"], FILES.map(([file, text]) => [code([file]), text])),
  ].join("\n\n") + "\n";
}

/** The names of all variables that have a word of their own on the page. */
export function variablesOnPage(): string[] {
  const own = reference().match(/^ {2}[A-Z_]+(?: and [A-Z_]+)?/gm) ?? [];
  return [
    ...own.flatMap((names) => names.trim().split(" and ")),
    ...SURROUNDINGS.flatMap(([n]) => n),
  ];
}

async function section({ name, command }: Entry): Promise<string> {
  const page = (await paragraphs({ name, command }))
    .filter((text) => !text.startsWith(COMMON) && !text.startsWith(REGION_LIST)).join("\n\n");
  const schema = `schema/${name.replaceAll(" ", "-")}.json`;
  const json = await exists(schema) ? `\n\nWith \`--json\`: [${schema}](${schema}).` : "";
  return `## ${name}\n\n${fenced(page)}${json}`;
}

/** The same on every page, so from the first. */
async function commonFlags([first]: readonly Entry[]): Promise<string> {
  if (first === undefined) return "";
  const all = await paragraphs(first);
  return all.find((text) => text.startsWith(COMMON))?.slice(COMMON.length) ?? "";
}

async function paragraphs({ name, command }: Entry): Promise<string[]> {
  return (await helpOf(name, command, { all: true })).split("\n\n");
}

function settings(): string[][] {
  return ROWS.map(([name, row]) => [
    `\`${typedName(name)}\``,
    row.values?.join(" or ") ?? row.placeholder ?? "",
    briefOf(row),
  ]);
}

function regions(): string[][] {
  return Object.entries(REGIONS).map((
    [name, { description, oauth, api, auth }],
  ) => [`\`${name}\``, description, oauth, api, auth]);
}

async function exists(file: string): Promise<boolean> {
  const found = await Deno.stat(new URL(`../../docs/${file}`, import.meta.url)).catch(() =>
    undefined
  );
  return found !== undefined;
}

function fenced(text: string): string {
  return "```text\n" + text.trim().replace(/^ {2}/gm, "") + "\n```";
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** A table as `deno fmt` leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) =>
    Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0))
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const INTRODUCTION = `# Reference

<!-- Generated; do not edit. UPDATE_GOLDEN=1 deno test -A tests/docs/reference_test.ts -->

Every command, flag, setting, variable, exit code and file, to look things up in. The same is said
by \`anaplan-auth help\`, \`anaplan-auth COMMAND --help\` and \`anaplan-auth help reference\`. In a
checkout, type \`deno task\` in place of \`anaplan-auth\`, and \`deno task --quiet\` where the output is
read by a program.

A TIME is a number with a unit, such as \`90s\`, \`10m\`, \`12h\` or \`30d\`; a bare number counts seconds.
The flags that every command has are [below](#flags-of-every-command).`;

const SETTINGS =
  `What a successful \`login\` was given, or \`profile set\` saved, under the name of its flag.
\`profile show\` prints them, \`profile set --unset SETTING\` forgets one. A flag goes before its
variable, a variable before the profile. The client secret is none of them: it is kept with the
tokens.`;

const REGIONS_NOTE =
  `Tokens of one region are not valid in another. Where sources conflict on a host, give yours:
[another region, other hosts](signing-in.md#another-region-other-hosts).`;

const SURROUNDINGS_NOTE =
  `No other variable can be read: the permissions name each. These are not for this program alone, and
tell it where it runs:`;

const FILES_NOTE = `All in one directory: \`--config-dir\`, else \`ANAPLAN_AUTH_CONFIG_DIR\`, else
\`$XDG_CONFIG_HOME/anaplan-auth\` or \`~/.config/anaplan-auth\`, on Windows \`%APPDATA%\\anaplan-auth\`.
Directories have the mode 0700, files 0600. NAME is the profile's.`;

/** Variables that `help reference` does not explain, by what they tell. */
export const SURROUNDINGS: readonly (readonly [names: readonly string[], text: string])[] = [
  [["HOME", "XDG_CONFIG_HOME", "APPDATA"], "where logins are kept"],
  [["XDG_RUNTIME_DIR", "TMPDIR", "TEMP"], "where tokens are rescued to that cannot be saved"],
  [
    ["SSL_CERT_FILE"],
    "a CA file to trust as well; one that cannot be read is passed over, one that others can change is refused",
  ],
  [
    ["DENO_CERT", "NODE_EXTRA_CA_CERTS"],
    "a CA file that Deno itself trusts; one that others can change is refused",
  ],
  [["https_proxy"], "the same as HTTPS_PROXY"],
  [["HTTP_PROXY", "http_proxy"], "ignored, since every request is HTTPS"],
  [["ALL_PROXY", "all_proxy"], "the proxy when HTTPS_PROXY is not set"],
  [["no_proxy"], "the same as NO_PROXY"],
  [["TERM", "CI"], "whether lines on the terminal may be drawn over"],
  [["FORCE_COLOR", "NODE_DISABLE_COLORS", "COLORTERM"], "whether questions have colors"],
  [["TEAMCITY_VERSION", "TF_BUILD"], "the same"],
  [["TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION"], "whether the terminal knows links"],
  [["WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "TMUX", "FORCE_HYPERLINK"], "the same"],
  [["DISPLAY", "WAYLAND_DISPLAY"], "whether a browser can be opened"],
  [["WSL_DISTRO_NAME"], "that the browser is on Windows' side"],
  [["SSH_CONNECTION", "USER", "LOGNAME"], "the line of ssh that is shown to who signs in over it"],
  [["container", "KUBERNETES_SERVICE_HOST"], "that this is a container"],
  [["ANAPLAN_AUTH_COMMAND"], "how the program is typed here, for its advice; the tasks set it"],
];

/** What is in the directory of the logins, or comes from it. */
export const FILES: readonly (readonly [file: string, text: string])[] = [
  ["config.json", "which profile is used when none is named, and which key seals logins"],
  ["config.lock", "the lock for changing config.json; may stay"],
  ["seal.lock", "the lock of `seal` and `unseal`; may stay"],
  ["profiles/NAME.json", "the settings of a profile, without any secret"],
  ["credentials/NAME.json", "its tokens, and the client secret if there is one"],
  [
    "credentials/NAME.lock",
    "the lock of the process that changes the login or its profile; holds a process id, and may stay",
  ],
  ["drafts/NAME.json", "answers of a first sign-in that was interrupted, without the secret"],
  ["failures/NAME.json", "the last failure as it was printed, for `doctor`"],
  ["tls/listener.json", "the listener's certificate and its key"],
  [
    "tls/accepted.json",
    "which certificate a browser has accepted, so that no warning is announced",
  ],
  ["tls/listener.lock", "the lock of the process that makes them"],
  ["tls/certificate.pem", "the certificate alone, once `cert trust` was used"],
  ["FILE.bad", "a damaged file that was moved out of the way; it may hold tokens: remove it"],
  [
    "anaplan-auth-rescued-….json",
    "elsewhere: tokens that could not be saved; the error says where, and how to put them back",
  ],
];
