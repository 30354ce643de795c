// A pipe that is named for a key: read when something writes to it, and not waited for without end.
import { assertEquals, assertRejects } from "@std/assert";
import { headOfPipeOrFile } from "../../src/files/named_file.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A test that is given the path of a pipe. */
function testWithPipe(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    async fn() {
      using dir = tempDir();
      const path = `${dir.path}/key`;
      const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
      assertEquals(success, true);
      await fn(path);
    },
  });
}

testWithPipe(
  "a pipe that nothing writes to is given up, and the program goes on meanwhile",
  async (path) => {
    const reading = headOfPipeOrFile(path, 100, 300);
    await assertRejects(() => reading, Error, "it was not written within 1 s");
    await Deno.writeTextFile(path, ""); // ends the read that still waits
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
);

testWithPipe("a pipe that is written to late is read whole", async (path) => {
  const reading = headOfPipeOrFile(path, 100, 20_000);
  await Deno.writeTextFile(path, "a key");
  assertEquals(new TextDecoder().decode(await reading), "a key");
});
