// A newcomer's first session, for `deno task first-session`: in a clone, from nothing to `whoami`, with README alone.
// Rule: an empty home, an empty cache, a real terminal; what took how long is measured, not guessed.

import { output } from "../../tools/tool.ts";
import { steady } from "../../tools/session.ts";
import { findPython } from "../support/needs.ts";
import { browse } from "../support/scripted_browser.ts";
import { PROJECT_DIRECTORY } from "../support/task_command.ts";
import { type Person, person } from "./person.ts";
import { transcript } from "./transcript.ts";

const ADDRESS = /^https:\/\/\S+response_type=code\S+/m;
/** How this machine reaches npm; whatever else is set here, a newcomer has not. */
const DOWNLOADS = /^(npm_config_\w+|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i;

async function main(): Promise<void> {
  const { path: python, hint } = await findPython();
  if (python === undefined) throw new Error(`The session needs ${hint}`);
  const scratch = await Deno.makeTempDir({ prefix: "anaplan-auth-first-" });
  try {
    const home = `${scratch}/home`;
    await Deno.mkdir(home);
    const checkout = `${home}/anaplan-auth`;
    await output("git", ["clone", "--quiet", `file://${PROJECT_DIRECTORY}`, checkout]);
    await using ada = person({
      python,
      home,
      readme: await Deno.readTextFile(`${PROJECT_DIRECTORY}README.md`),
      env: newcomersEnvironment(home, scratch),
      checkout,
    });
    await session(ada);
    const text = transcript(ada.steps, (text) => steady(text).replaceAll(home, "~"));
    const page = new URL("transcript.md", import.meta.url).pathname;
    await Deno.writeTextFile(page, text);
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", page] }).output();
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

function newcomersEnvironment(home: string, scratch: string): Record<string, string> {
  const downloads = Object.entries(Deno.env.toObject()).filter(([name]) => DOWNLOADS.test(name));
  return {
    ...Object.fromEntries(downloads),
    HOME: home,
    DENO_DIR: `${scratch}/deno`,
    BROWSER: "",
    PS1: "$ ",
  };
}

async function session(ada: Person): Promise<void> {
  const ready = /deno task login --profile sandbox$/m;
  await ada.does(1, "deno task sandbox", { until: ready, goesOn: true });
  await ada.does(2, "deno task login", {
    until: /^✓ Signed in as/m,
    meanwhile: async (terminal) => {
      const [address] = await terminal.wrote(ADDRESS);
      await terminal.shows(/^Waiting/m);
      await browse(address);
    },
  });
  await ada.does(2, "deno task whoami", { until: /^Profile/m });
  await ada.interrupts(1);
}

if (import.meta.main) await main();
