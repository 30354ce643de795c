// Asking a program: it may neither hang nor flood us, and learns no secret.
// Rule: real programs.
import { assert, assertEquals } from "@std/assert";
import { ask } from "../../src/system/program_output.ts";
import { tempDir } from "../support/temp_dir.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

Deno.test("a program reads its input, and what it prints is the answer", async () => {
  const answer = await ask(["sh", "-c", "cat; echo oops >&2; exit 3"], "hello");
  assert(answer.kind === "ended");
  assertEquals([answer.code, text(answer.stdout), text(answer.stderr)], [3, "hello", "oops\n"]);
});

Deno.test("a program that hangs is ended, with what it started holding its output open", async () => {
  using dir = tempDir();
  const script = `sleep 20 & echo $! > ${dir.path}/child; wait`;
  const answer = await ask(["sh", "-c", script], "", undefined, 300);
  assertEquals(answer, { kind: "cut", reason: "it took longer than 0.3 s" });
  Deno.kill(Number(Deno.readTextFileSync(`${dir.path}/child`)), "SIGKILL");
});

for (const stream of ["", " >&2"]) {
  Deno.test(`a program that prints without end${stream} is ended`, async () => {
    const answer = await ask(["sh", "-c", `yes${stream}`], "");
    assertEquals(answer, { kind: "cut", reason: "it printed more than 64 KiB" });
  });
}

Deno.test("a program that does not exist or cannot be executed is not started", async () => {
  const missing = { kind: "not started", isForbidden: false, reason: "not found" } as const;
  assertEquals(await ask(["/nowhere/helper"], ""), missing);
  assertEquals(await ask([], ""), missing);
});

Deno.test("a program that is asked inherits no secret and no key, and this one keeps them", async () => {
  const secrets = {
    ANAPLAN_CLIENT_SECRET: "hush-1",
    SECRET: "hush-2",
    ANAPLAN_REFRESH_TOKEN: "hush-3",
    ANAPLAN_AUTH_KEY: "hush-4",
    ANAPLAN_AUTH_KEY_FILE: "hush-5",
    ANAPLAN_AUTH_KEY_COMMAND: "hush-6",
  };
  for (const [name, value] of Object.entries(secrets)) Deno.env.set(name, value);
  try {
    const answer = await ask(["env"], "");
    assert(answer.kind === "ended");
    assertEquals(text(answer.stdout).includes("hush"), false);
    for (const [name, value] of Object.entries(secrets)) assertEquals(Deno.env.get(name), value);
  } finally {
    for (const name of Object.keys(secrets)) Deno.env.delete(name);
  }
});
