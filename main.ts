// Arguments in, exit code out; nothing else.

import { run } from "./src/cli/app.ts";
import { denoSystem } from "./src/system/deno.ts";
import { isTaskAtTerminal } from "./src/system/surroundings.ts";

// `deno task` hears Ctrl-Z and goes on; if this program stopped alone, no shell would get the terminal back.
if (isTaskAtTerminal()) Deno.addSignalListener("SIGTSTP", () => {});
const code = await run(Deno.args, denoSystem);
Deno.exit(Deno.exitCode || code); // a signal has set its own, whatever was printed
