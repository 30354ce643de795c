// `proxy`: who may use it, by loopback and by a socket.
// Rule: raw requests, so that nothing is made harmless on the way; what is refused never reaches the API.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { wrappedTest } from "../hostile/wrapped.ts";
import { makeHome } from "../support/home.ts";
import { OLD_TOKEN, proxyScene, sendRaw, statusOf } from "../support/proxy_scene.ts";
import { runProgram } from "../support/program.ts";
import { complaints } from "../support/schemas.ts";
import { putLoginByHand } from "../support/shell.ts";

const ON_LINUX = { ignore: Deno.build.os !== "linux" };

function get(target: string, headers = "Host: 127.0.0.1\r\n", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\n${headers}\r\n`;
}

const FETCH = "Host: localhost\r\nSec-Fetch-Site:";

/** What each request is, the status that it gets, its target and its headers; SECRET stands for the secret. */
const REFUSED: readonly (readonly [string, number, string, string?, string?])[] = [
  ["no secret", 404, "/2/0/x"],
  ["an empty path", 404, "/"],
  ["a secret with one more letter", 404, "/SECRETa/2/0/x"],
  ["the secret in the query", 404, "/?SECRET/2/0/x"],
  ["a wrong secret before the Host is looked at", 404, "/x/2/0/x", "Host: evil.example"],
  ["another host (DNS rebinding)", 403, "/SECRET/2/0/x", "Host: evil.example"],
  ["a host that begins like loopback", 403, "/SECRET/2/0/x", "Host: 127.0.0.1.evil.example"],
  ["an Origin", 403, "/SECRET/2/0/x", "Host: localhost\r\nOrigin: http://localhost"],
  ["an Origin that is null", 403, "/SECRET/2/0/x", "Host: localhost\r\nOrigin: null"],
  ["a fetch of a page", 403, "/SECRET/2/0/x", `${FETCH} cross-site`],
  ["a fetch of the same site", 403, "/SECRET/2/0/x", `${FETCH} same-origin`],
  ["a preflight", 403, "/SECRET/2/0/x", "Host: localhost\r\nOrigin: http://a", "OPTIONS"],
  ["TRACE", 405, "/SECRET/2/0/x", "Host: localhost", "TRACE"],
];

Deno.test("what may not come in is refused, and never sent", async (test) => {
  await using scene = await proxyScene();
  for (const [name, status, target, headers = "Host: localhost", method] of REFUSED) {
    await test.step(name, async () => {
      const raw = get(target.replace("SECRET", scene.secret), `${headers}\r\n`, method);
      const answer = await sendRaw(scene, raw);
      assertEquals(statusOf(answer), status, answer);
      assert(!/access-control/i.test(answer));
      assert(!answer.includes(OLD_TOKEN));
    });
  }
  assertEquals(scene.upstream.asked, []);
});

Deno.test("it listens on loopback alone", ON_LINUX, async () => {
  await using scene = await proxyScene();
  const addresses = Deno.networkInterfaces().filter(({ address }) =>
    !/^(127\.|::1$|fe80)/.test(address)
  );
  for (const { address } of addresses) {
    const open = await Deno.connect({ hostname: address, port: scene.port }).then((connection) => {
      connection.close();
      return true;
    }, () => false);
    assertEquals(open, false, address);
  }
  const six = await Deno.connect({ hostname: "::1", port: scene.port }).catch(() => undefined);
  six?.close();
});

Deno.test("a port that is taken is said, and --port is used", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using scene = await proxyScene();
  const argv = ["proxy", "--port", String(taken.addr.port)];
  const { code, stdout, stderr } = await runProgram(argv, { home: scene.home.path });
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^Cannot listen on 127\.0\.0\.1:\d+: another program is using the port\.\nNext: /,
  );
});

for (const flags of [[], ["--read-only", "--only", "/2/0/workspaces"]]) {
  Deno.test(`proxy --json${flags.map((flag) => ` ${flag}`).join("")} prints one object, which follows its schema`, async () => {
    await using scene = await proxyScene([...flags, "--json"]);
    const [line] = await scene.program.printed(/.*\n/);
    const value = JSON.parse(line);
    assertEquals(complaints("proxy", value), []);
    const { base_url, socket, profile, read_only, only, pid } = value;
    assertEquals([base_url, socket, profile, pid], [
      scene.base,
      null,
      "default",
      scene.program.pid,
    ]);
    assertEquals([read_only, only], flags.length === 0 ? [false, []] : [true, ["/2/0/workspaces"]]);
  });
}

Deno.test("a socket is 0600, needs no secret, and is gone at the end", ON_LINUX, async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/anaplan.sock`;
  {
    await using scene = await proxyScene(["--socket", path, "--json"]);
    const [line] = await scene.program.printed(/.*\n/);
    const { base_url, socket } = JSON.parse(line);
    assertEquals(complaints("proxy", JSON.parse(line)), []);
    assertEquals([base_url, socket], ["http://anaplan/", path]);
    assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
    assertEquals(statusOf(await sendRaw({ path }, get("/2/0/x", "Host: anaplan\r\n"))), 200);
    const page = get("/2/0/x", "Host: anaplan\r\nOrigin: http://a\r\n");
    assertEquals(statusOf(await sendRaw({ path }, page)), 403);
    const second = await runProgram(["proxy", "--socket", path], { home: scene.home.path });
    assertEquals(second.code, 2);
    assertMatch(second.stderr, /another program listens there/);
    assertEquals(statusOf(await sendRaw({ path }, get("/2/0/x", "Host: anaplan\r\n"))), 200);
    scene.program.signal("SIGTERM");
    assertEquals((await scene.program.outcome).code, 143);
    assertEquals(Array.from(Deno.readDirSync(directory)), []);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a socket that a killed proxy left is taken over", ON_LINUX, async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/anaplan.sock`;
  {
    await using first = await proxyScene(["--socket", path]);
    first.program.signal("SIGKILL");
    await first.program.outcome;
    assert((await Deno.lstat(path)).isSocket);
    await using second = await proxyScene(["--socket", path]);
    assertEquals(statusOf(await sendRaw({ path }, get("/2/0/x", "Host: anaplan\r\n"))), 200);
    assertEquals(second.upstream.asked.length, 1);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test(
  "a directory that others can write to gets no socket, and no other file is replaced",
  ON_LINUX,
  async () => {
    await using scene = await proxyScene();
    const directory = await Deno.makeTempDir();
    await Deno.writeTextFile(`${directory}/file`, "mine");
    const run = (path: string) =>
      runProgram(["proxy", "--socket", path], { home: scene.home.path });
    assertMatch((await run(`${directory}/file`)).stderr, /it is not a socket/);
    await Deno.chmod(directory, 0o777);
    const { code, stderr } = await run(`${directory}/anaplan.sock`);
    assertEquals(code, 7);
    assertMatch(stderr, /other users can write to it\.\nNext: chmod go-w /);
    assertEquals(Array.from(Deno.readDirSync(directory), ({ name }) => name), ["file"]);
    assertEquals(await Deno.readTextFile(`${directory}/file`), "mine");
    await Deno.remove(directory, { recursive: true });
  },
);

/** Where only root is another user to itself: a new `/tmp`, with all that is used there and another user's directory. */
const TAKEN_STAGE = ["unshare", "--mount", "sh", "-ec"];
const TAKE_STAGE = `
mount --bind /tmp /mnt
mount -t tmpfs none /tmp
mkdir -p "$HOME" /tmp/anaplan-auth-proxy
mount --bind "/mnt/\${HOME#/tmp/}" "$HOME"
for place in "$PWD" "\${1%/*}" "\${DENO_DIR-}"; do
  case $place in /tmp/*) mkdir -p "$place"; mount --bind "/mnt/\${place#/tmp/}" "$place" ;; esac
done
cd "$PWD"
chown 65534 /tmp/anaplan-auth-proxy
exec "$@"`;

wrappedTest(
  [...TAKEN_STAGE, 'exec "$@"', "sh"],
  "another user's directory where sockets are made is said to be that, with a way out",
  async () => {
    await using home = await makeHome();
    await putLoginByHand(home);
    const { code, stderr } = await runProgram(["proxy", "--socket", `${home.path}/s`], {
      home: home.path,
      wrapper: [...TAKEN_STAGE, TAKE_STAGE, "sh"],
    });
    assertEquals(code, 7);
    assertMatch(stderr, /^Cannot use \/tmp\/anaplan-auth-proxy: it belongs to another user\.\n/);
    assertMatch(stderr, /\nNext: leave out --socket/);
    assertEquals(Array.from(Deno.readDirSync(home.path), ({ name }) => name), [".config"]);
  },
);
