// Arguments in, exit code out; nothing else.

import { run } from "./src/cli/app.ts";
import { denoSystem } from "./src/system/deno.ts";

const code = await run(Deno.args, denoSystem);
Deno.exit(Deno.exitCode || code); // a signal has set its own, whatever was printed
