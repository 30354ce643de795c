// A session, written down as a page. Rule: the screens as they were; nothing is added to them.

import type { Step } from "./person.ts";

/** The page; `steady` fixes what is another each time. */
export function transcript(steps: readonly Step[], steady: (text: string) => string): string {
  const keys = steps.reduce((sum, step) => sum + step.keys, 0);
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const rows = steps.map(({ terminal, command, source, keys, seconds }) =>
    `| ${terminal} | ${shown(command)} | ${source} | ${keys} | ${seconds.toFixed(1)} |`
  );
  const screens = steps.map((step, index) =>
    `### ${index + 1}. ${shown(step.command)}\n\n\`\`\`\n${steady(step.screen).trim()}\n\`\`\`\n`
  );
  return `# A newcomer's first session

From a fresh clone to \`whoami\`, against the sandbox, with README as the only help: an empty home, an
empty cache of Deno, a shell in a pseudo-terminal. \`deno task first-session\` makes this page, and
types only commands that README or a screen shows. The browser is a script that presses the buttons of
the sandbox's pages. Reading takes no time here. Ports, paths and random values are fixed.

**${steps.length} commands, ${keys} keys, ${seconds.toFixed(0)} seconds of waiting.**

| terminal | command | from | keys | seconds |
| -------- | ------- | ---- | ---- | ------- |
${rows.join("\n")}

## The screens

${screens.join("\n")}`;
}

/** The first line of a command, without what is secret in it. */
function shown(command: string): string {
  const [first = "", ...more] = command.split("\n");
  const short = first.replace(/=\S+/, "=…").replace(/ \\$/, "");
  return `\`${short}${more.length > 0 ? " …" : ""}\``;
}
