// Why no answer came. Rule: what this computer lacks is not blamed on the server.
import { assertStringIncludes } from "@std/assert";
import { fetchFailure } from "../../src/system/http_failure.ts";

Deno.test("a request for which no descriptor is left blames the open files, not the answer", async () => {
  const cause = new Error("tcp open error: Too many open files (os error 24)");
  const error = await fetchFailure(new TypeError("client error (Connect)", { cause }), {
    url: new URL("https://us1a.app.anaplan.com"),
    proxy: undefined,
    signer: () => Promise.resolve(undefined),
  });
  assertStringIncludes(error.message, "too many open files");
});
