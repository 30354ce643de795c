// Ctrl-Z at a task is ignored: `deno task` goes on, so if this program stopped alone, no shell would get the terminal
// back. Rule: to load this is to ignore it, for as long as the program runs.

import { ignoredSignals } from "./surroundings.ts";

if (Deno.build.os !== "windows") {
  ignoredSignals(); // before Deno forgets them
  Deno.addSignalListener("SIGTSTP", () => {});
}
