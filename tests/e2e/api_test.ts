// `api` with files, pipes, signals and other processes around it.
// Rule: real processes; what is downloaded is compared by its digest, and what is left on the disk is looked at.
import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { runWrapped } from "../hostile/wrapped.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, type Program, runProgram, startProgram } from "../support/program.ts";
import { signedIn } from "../support/signed_in.ts";

const MB = 1024 * 1024;
const CHUNKS = "/2/0/workspaces/W/models/M/files/113000000000/chunks";
const ON_POSIX = { ignore: Deno.build.os === "windows" };
const ON_LINUX = { ignore: Deno.build.os !== "linux" };

/** A sandbox, and a user who is signed in there. */
interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  /** Where downloads go. */
  readonly out: string;
  api(...argv: string[]): Promise<Outcome>;
  start(...argv: string[]): Promise<Program>;
}

async function apiScene(options: SandboxOptions = {}): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox(options));
  const home = undo.use(await makeHome());
  await signedIn(sandbox, home);
  const all = undo.move();
  return {
    sandbox,
    home,
    out: `${home.path}/out`,
    api: (...argv) => runProgram(["api", ...argv], { home: home.path }),
    start: (...argv) => startProgram(["api", ...argv], { home: home.path }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

/** The files in the home directory that are neither the program's nor known. */
async function namesIn({ path }: Home): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  return names.filter((name) => !name.startsWith(".")).sort();
}

for (const gzip of [false, true]) {
  const how = gzip ? ", packed on its way," : "";
  Deno.test(`all chunks of a file${how} arrive whole, though each of them breaks off once`, async () => {
    await using scene = await apiScene({ gzip, chunkCount: 2, chunkBytes: 300_000 });
    const { sandbox, home, out } = scene;
    for (const chunk of [0, 1]) sandbox.fault(`${CHUNKS}/${chunk}`, { reset: "middle" });
    const { code, stderr } = await scene.api(CHUNKS, "--chunks", "--output", out);
    assertEquals([code, await namesIn(home)], [0, ["out"]], stderr);
    assertEquals(await sha256(out), sandbox.fileSha256());
    assertMatch(stderr, /the connection was cut; asking for the rest\.\n[^]*Saved 600 kB to/);
  });
}

Deno.test("a pipe gets every byte of a chunk", ON_POSIX, async () => {
  await using scene = await apiScene({ chunkCount: 1, chunkBytes: 3 * MB + 1 });
  const { sandbox, home, out } = scene;
  const piped = ["sh", "-c", `"$@" | cat > '${out}'`, "sh"];
  const { code, stderr } = await runWrapped(piped, ["api", `${CHUNKS}/0`], { home: home.path });
  assertEquals([code, stderr, await sha256(out)], [0, "", sandbox.fileSha256()]);
});

Deno.test("a file and a pipe are sent byte for byte", ON_POSIX, async () => {
  await using scene = await apiScene();
  const { sandbox, home } = scene;
  const bytes = Uint8Array.from(
    { length: 17 * MB },
    (_, index) => (index * 7 + (index >> 8)) % 256,
  );
  const file = `${home.path}/in`;
  await Deno.writeFile(file, bytes);
  const digest = await sha256(file);
  const octets = ["-X", "PUT", "-H", "Content-Type: application/octet-stream"];
  const fromFile = await scene.api(`${CHUNKS}/0`, ...octets, "-d", `@${file}`);
  const piped = ["sh", "-c", `cat '${file}' | "$@"`, "sh"];
  const argv = ["api", `${CHUNKS}/1`, ...octets, "--data", "-"];
  const fromPipe = await runWrapped(piped, argv, { home: home.path });
  assertEquals([fromFile.code, fromPipe.code], [0, 0], fromFile.stderr + fromPipe.stderr);
  for (const chunk of [0, 1]) {
    const { bytes: length, sha256, contentType } = sandbox.uploads.get(`${CHUNKS}/${chunk}`) ?? {};
    assertEquals([length, sha256, contentType], [17 * MB, digest, "application/octet-stream"]);
  }
});

for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(
    `${signal} in a download is ${exit}, and leaves the old file alone`,
    ON_POSIX,
    async () => {
      await using scene = await apiScene({ chunkCount: 1, chunkBytes: 100_000 });
      const { sandbox, home, out } = scene;
      await Deno.writeTextFile(out, "the old one");
      sandbox.fault(`${CHUNKS}/0`, { trickle: { bytes: 1000, everyMs: 100 } });
      await using program = await scene.start(CHUNKS, "--chunks", "-o", out);
      while ((await namesIn(home)).length < 2 || (sandbox.requests.at(-1)?.sent ?? 0) < 1000) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      program.signal(signal);
      const { code, stderr } = await program.outcome;
      assertEquals([code, await namesIn(home)], [exit, ["out"]], stderr);
      assertMatch(stderr, /^Interrupted\.\n$/);
      assertEquals(await Deno.readTextFile(out), "the old one");
    },
  );
}

Deno.test("a closed pipe is no error, and a full disk is exit 7", ON_LINUX, async () => {
  await using scene = await apiScene({ chunkCount: 1, chunkBytes: 3 * MB });
  const { home } = scene;
  const status = `${home.path}/status`;
  const toHead = ["sh", "-c", `{ "$@"; echo $? > '${status}'; } | head -c 10 > /dev/null`, "sh"];
  const closed = await runWrapped(toHead, ["api", `${CHUNKS}/0`], { home: home.path });
  assertEquals([await Deno.readTextFile(status), closed.stderr], ["0\n", ""]);
  const toFull = ["sh", "-c", `"$@" > /dev/full`, "sh"];
  const full = await runWrapped(toFull, ["api", `${CHUNKS}/0`], { home: home.path });
  assertEquals(full.code, 7);
  assertMatch(full.stderr, /^Cannot write the answer: .*\nNext: /);
});

Deno.test("a disk that is full stops a download, and leaves nothing of it", ON_LINUX, async () => {
  await using scene = await apiScene({ chunkCount: 1, chunkBytes: 3 * MB });
  const { home, out } = scene;
  const argv = ["api", `${CHUNKS}/0`, "-o", out];
  const limited = ["sh", "-c", `ulimit -f 1000; trap '' XFSZ; exec "$@"`, "sh"];
  const { code, stderr } = await runWrapped(limited, argv, { home: home.path });
  assertEquals([code, await namesIn(home)], [7, []], stderr);
  assertMatch(stderr, /^Cannot write ~\/out: /);
});

const AT_ONCE = 8;

Deno.test(`${AT_ONCE} processes whose token is refused cost one refresh`, async () => {
  await using scene = await apiScene();
  const { sandbox } = scene;
  sandbox.revokeAccessTokens();
  const before = sandbox.requests.length;
  const outcomes = await Promise.all(
    Array.from({ length: AT_ONCE }, () => scene.api("/2/0/users/me", "--json")),
  );
  const failed = outcomes.filter(({ code }) => code !== 0);
  assertEquals(failed, []);
  const asked = sandbox.requests.slice(before);
  assertEquals(asked.filter(({ path }) => path === "/oauth/token").length, 1);
});
