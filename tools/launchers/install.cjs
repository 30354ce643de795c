"use strict";
// Puts the shell launcher in the place of Node's, where there is a shell: Node alone takes longer to start
// than the whole program. Without this step everything works, only later.
const { copyFileSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
if (process.platform !== "win32") {
  copyFileSync(join(__dirname, "bin/anaplan-auth.sh"), join(__dirname, "bin/anaplan-auth"));
}
