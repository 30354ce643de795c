// A pipe that is named for a key: read when something writes to it, and not waited for without end.
import { assertEquals, assertRejects } from "@std/assert";
import { headOfPipeOrFile } from "../../src/files/named_file.ts";
import { tempDir } from "../support/temp_dir.ts";

/** Makes a pipe with a name. */
async function makePipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assertEquals(success, true);
}

Deno.test({
  name: "a pipe that nothing writes to is given up, and the program goes on meanwhile",
  ignore: Deno.build.os === "windows",
  async fn() {
    using dir = tempDir();
    const path = `${dir.path}/key`;
    await makePipe(path);
    const reading = headOfPipeOrFile(path, 100, 300);
    await assertRejects(() => reading, Error, "nothing was written to it within 1 s");
    await Deno.writeTextFile(path, ""); // ends the read that still waits
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
});

Deno.test({
  name: "a pipe that is written to late is read whole",
  ignore: Deno.build.os === "windows",
  async fn() {
    using dir = tempDir();
    const path = `${dir.path}/key`;
    await makePipe(path);
    const reading = headOfPipeOrFile(path, 100, 20_000);
    await Deno.writeTextFile(path, "a key");
    assertEquals(new TextDecoder().decode(await reading), "a key");
  },
});
