// Sends one request, gives up reading files when a line comes on stdin, and prints how the request failed. Rule: a test
// starts it, and cuts the connection then.

import { CliError } from "../../src/base/errors.ts";
import { fetchWhole } from "../../src/system/http.ts";

const [url = ""] = Deno.args;
const request = { method: "POST", url, body: "", keepsWhatArrived: true } as const;
const asked = fetchWhole(request, () => {}).catch((error) => error);
await Deno.stdin.read(new Uint8Array(1));
Deno.permissions.revokeSync({ name: "read" });
print("no file can be read any more");
const error = await asked;
if (!(error instanceof CliError)) throw error;
const { kind, answerLost, isCut = false, arrived } = error;
print(JSON.stringify({ kind, answerLost, isCut, arrived: await arrived?.text() }));

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
