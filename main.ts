// Arguments in, exit code out; nothing else.

import { run } from "./src/cli/app.ts";
import { denoSystem } from "./src/system.ts";

Deno.exit(await run(Deno.args, denoSystem));
