// Arguments in, exit code out; nothing else.

import { run } from "./src/cli/app.ts";
import { denoSystem } from "./src/system.ts";

// A file size limit would kill the program in the middle of a write; heard, it fails that write. For good,
// since Deno writes its own cache until the very end.
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});

Deno.exit(await run(Deno.args, denoSystem));
