// The packages: what the program runs on is in deno.json and deno.lock, and what its development needs besides is
// in deno.dev.json and deno.dev.lock, so that no start reads the second list. The sandbox has a short list of its
// own in deno.sandbox.json and deno.sandbox.lock, so that a newcomer waits for few downloads.
import { assert, assertEquals } from "@std/assert";

const RUN = await json("deno.json");
const DEV = await json("deno.dev.json");
const RUN_LOCK = await json("deno.lock");
const DEV_LOCK = await json("deno.dev.lock");

// deno-lint-ignore no-explicit-any
async function json(path: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(new URL(`../${path}`, import.meta.url)));
}

async function sourceText(directory = "src"): Promise<string> {
  let text = "";
  for await (const entry of Deno.readDir(new URL(`../${directory}`, import.meta.url))) {
    const path = `${directory}/${entry.name}`;
    text += entry.isDirectory
      ? await sourceText(path)
      : await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
  }
  return text;
}

Deno.test("deno.json names the packages that src/ imports, and no others", async () => {
  const text = await sourceText();
  const unused = Object.keys(RUN.imports).filter((name) => !text.includes(`"${name}"`));
  assertEquals(unused, []);
});

Deno.test("tests run with the very packages that the program runs with", () => {
  for (const [name, version] of Object.entries(RUN.imports)) {
    assertEquals(DEV.imports[name], version);
  }
  assertEquals(DEV.compilerOptions, RUN.compilerOptions);
  assertEquals(DEV.unstable, RUN.unstable);
  const packages = Object.entries<{ integrity: string }>(RUN_LOCK.npm);
  assert(packages.length > 5);
  for (const [id, { integrity }] of packages) {
    assertEquals(DEV_LOCK.npm[id]?.integrity, integrity, id);
  }
});

Deno.test("the sandbox runs with the very packages that the tests run with, and few of them", async () => {
  const [config, lock] = [await json("deno.sandbox.json"), await json("deno.sandbox.lock")];
  const text = await sourceText("tests/sandbox");
  for (const [name, version] of Object.entries(config.imports)) {
    assertEquals(DEV.imports[name], version);
    assert(text.includes(`"${name}"`), `the sandbox does not import ${name}`);
  }
  assertEquals(config.unstable, DEV.unstable);
  const packages = Object.entries<{ integrity: string }>(lock.npm);
  assert(packages.length < 70, `${packages.length} packages`);
  for (const [id, { integrity }] of packages) {
    assertEquals(DEV_LOCK.npm[id]?.integrity, integrity, id);
  }
});
