// A pipe that is named for a key or another secret: read when something writes to it, and not waited for without end.
import { assertEquals, assertRejects } from "@std/assert";
import { CliError, ifPossible } from "../../src/base/errors.ts";
import { headOfPipeOrFile, readNamedSecret } from "../../src/files/named_file.ts";
import { until } from "../support/held_answer.ts";
import { modules } from "../support/module_graph.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A test that is given the path of a pipe. */
function testWithPipe(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using dir = tempDir();
      const path = `${dir.path}/key`;
      const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
      assertEquals(success, true);
      await fn(path);
    },
  });
}

/** Ends the read that still waits, and returns when the pipe is closed. */
async function endReading(path: string): Promise<void> {
  const ends = (): number =>
    Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => `/proc/self/fd/${name}`)
      .filter((end) => ifPossible(() => Deno.readLinkSync(end)) === path).length;
  const writer = await Deno.open(path, { write: true });
  await until(() => ends() > 1, "both ends are open");
  writer.close();
  await until(() => ends() === 0, "both ends are closed");
}

testWithPipe(
  "a pipe that nothing writes to is given up, and the program goes on meanwhile",
  async (path) => {
    const reading = headOfPipeOrFile(path, 100, 300);
    await assertRejects(() => reading, Error, "it was not written within 1 s");
    await endReading(path);
  },
);

testWithPipe("a pipe that is written to late is read whole", async (path) => {
  const reading = headOfPipeOrFile(path, 100, 20_000);
  await Deno.writeTextFile(path, "a key");
  assertEquals(new TextDecoder().decode(await reading), "a key");
});

testWithPipe("a secret in a pipe is there for each connection that needs it", async (path) => {
  const reading = readNamedSecret(path, "ANAPLAN_AUTH_STORE_PASSWORD_FILE", 20_000);
  await Deno.writeTextFile(path, "a password");
  const again = async () => await readNamedSecret(path, "ANAPLAN_AUTH_STORE_PASSWORD_FILE", 300);
  assertEquals([await reading, await again()], ["a password", "a password"]);
});

testWithPipe(
  "a secret in a pipe that nothing writes to is a mistake that names the flag",
  async (path) => {
    const reading = readNamedSecret(path, "--client-secret-file", 300);
    const error = await assertRejects(() => reading, CliError);
    assertEquals(
      [error.kind, error.message],
      ["usage", `Cannot read ${path}: it was not written within 1 s`],
    );
    await endReading(path);
  },
);

Deno.test("only files of certificates are read without a deadline", async () => {
  const waiting: string[] = [];
  for (const { specifier } of await modules()) {
    const text = specifier.startsWith("file:") ? await Deno.readTextFile(new URL(specifier)) : "";
    if (/^import.*\breadNamedFile\b/m.test(text)) waiting.push(specifier.replace(/.*\/src\//, ""));
  }
  assertEquals(waiting.sort(), [
    "files/ca_file.ts",
    "store/engines/etcd_client.ts",
    "store/engines/pg_client.ts",
  ]);
});
