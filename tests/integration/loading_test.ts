// The line for a start that takes long: after a second, and not when the start was quicker.
import { assertEquals, assertMatch } from "@std/assert";

const LOADING = new URL("../sandbox/loading.ts", import.meta.url);

/** What a program with such a start writes to stderr. */
async function written(milliseconds: number): Promise<string> {
  const code = `
    const { loadingLine } = await import("${LOADING}");
    const line = loadingLine();
    await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
    line[Symbol.dispose]();
  `;
  const { stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  return new TextDecoder().decode(stderr);
}

Deno.test("a start of more than a second says what it waits for, once", async () => {
  assertMatch(await written(2_500), /^Loading packages\. .*,\nfor .* Ctrl-C stops it\.\n$/);
});

Deno.test("a quick start says nothing", async () => {
  assertEquals(await written(0), "");
});
