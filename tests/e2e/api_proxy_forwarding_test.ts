// `proxy`: what passes, both ways, and the pauses that the API asks for.
// Rule: a real HTTPS server behind it; the bytes on both sides are compared.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { OLD_TOKEN, proxyScene, sendRaw, statusOf } from "../support/proxy_scene.ts";

const MB = 1024 * 1024;
const ON_LINUX = { ignore: Deno.build.os !== "linux" };

Deno.test("method, path, query, headers and body pass, and the token is added", async () => {
  await using scene = await proxyScene();
  const response = await scene.ask("/2/0/a%20b/c;d?x=1&y=%2F", {
    method: "PATCH",
    body: "some text",
    headers: { "x-own": "yes", "content-type": "text/csv", authorization: "Bearer mine" },
  });
  const { method, url, headers, length } = await response.json();
  assertEquals([method, url, length], ["PATCH", "/2/0/a%20b/c;d?x=1&y=%2F", 9]);
  assertEquals([headers["x-own"], headers["content-type"]], ["yes", "text/csv"]);
  assertEquals([headers.authorization, headers["content-length"]], [`Bearer ${OLD_TOKEN}`, "9"]);
});

Deno.test("headers of the connection, and those that rename a request, do not pass", async () => {
  await using scene = await proxyScene();
  const names =
    "TE,Keep-Alive,Proxy-Authorization,X-Hop,Forwarded,X-Forwarded-Host,X-Original-URL," +
    "X-Rewrite-URL,X-HTTP-Method-Override,X-HTTP-Method,X-Method-Override,X-Forwarded-Prefix,X-Original-URI,Destination,X-URL," +
    "X_HTTP_Method_Override,X_Original_URL,X_Rewrite_URL,X-Method,Http-Url,HTTP-Verb";
  const fields = names.split(",").map((name) => `${name}: value`).join("\r\n");
  const head =
    `GET /${scene.secret}/2/0/x HTTP/1.1\r\nHost: localhost\r\nConnection: x-hop\r\n${fields}`;
  assertEquals(statusOf(await sendRaw(scene, `${head}\r\nX-Stays: 1\r\n\r\n`)), 200);
  const seen = Object.keys(scene.upstream.asked[0]?.headers ?? {});
  assert(seen.includes("x-stays"));
  assertEquals(names.toLowerCase().split(",").filter((name) => seen.includes(name)), []);
});

Deno.test("status, headers and body come back, without the token, CORS and the connection's own", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = (_asked, response) => {
    response.writeHead(418, `for ${OLD_TOKEN}`, {
      "x-token": `it is ${OLD_TOKEN}`,
      "access-control-allow-origin": "*",
      "keep-alive": "timeout=5",
      "x-own": "kept",
      location: "https://elsewhere.example/",
    });
    response.end("teapot");
  };
  const response = await scene.ask("/2/0/x");
  assertEquals([response.status, await response.text()], [418, "teapot"]);
  const head = `GET /${scene.secret}/2/0/x HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  assertMatch(await sendRaw(scene, head), /^HTTP\/1\.1 418 \r\n/); // fetch hides the reason phrase
  assertEquals(response.headers.get("x-own"), "kept");
  for (const name of ["x-token", "access-control-allow-origin", "keep-alive"]) {
    assertEquals(response.headers.get(name), null, name);
  }
});

Deno.test("a redirect is handed on, not followed", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = (_asked, response) => {
    response.writeHead(302, { location: "/2/0/other" }).end();
  };
  const response = await scene.ask("/2/0/x", { redirect: "manual" });
  await response.body?.cancel();
  assertEquals([response.status, response.headers.get("location")], [302, "/2/0/other"]);
  assertEquals(scene.upstream.asked.length, 1);
});

Deno.test("another host of the profile is reached by name, and no other host is", async () => {
  await using scene = await proxyScene();
  const { host } = new URL(scene.upstream.origin);
  assertEquals((await (await scene.ask(`/host/${host}/2/0/x?y`)).json()).url, "/2/0/x?y");
  const others = ["example.com", "evil.anaplan.com", `${host}@evil.example`, "127.0.0.1", ""];
  for (const name of [...others, "us1a.app.anaplan.com", host.toUpperCase() + "."]) {
    const response = await scene.ask(`/host/${name}/2/0/x`);
    await response.body?.cancel();
    assertEquals(response.status, 404, name);
  }
  assertEquals(scene.upstream.asked.length, 1);
});

Deno.test("what ends the session or makes tokens is not passed on", async () => {
  await using scene = await proxyScene();
  for (
    const path of [
      "token/logout",
      "token/refresh",
      "oauth/token",
      "%74oken/logout",
      "/token/logout",
      "tok%65n/logout",
      "tok%65n/logout;x=1",
      "tok%65n//refresh",
      "tok%2565n;x",
      "a%75%74h;x",
      "%ff//x",
    ]
  ) {
    const response = await scene.ask(path, { method: "POST" });
    await response.body?.cancel();
    assertEquals(response.status, 404, path);
  }
  assertEquals([scene.upstream.asked.length, scene.upstream.refreshes], [0, 0]);
});

/** Of a long download, in MiB. */
const LONG = 512;

/** How much memory a process has taken at most, in MB. */
async function peakOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

Deno.test(`a download of ${LONG} MiB takes no more memory than a short one`, ON_LINUX, async () => {
  await using scene = await proxyScene();
  const piece = new Uint8Array(MB);
  scene.upstream.answer = ({ url }, response) => {
    let left = url.endsWith("large") ? LONG : 1;
    const more = (): void => {
      while (left-- > 0) if (!response.write(piece)) return void response.once("drain", more);
      response.end();
    };
    more();
  };
  const read = async (path: string): Promise<number> => {
    let length = 0;
    for await (const chunk of (await scene.ask(path)).body ?? []) length += chunk.length;
    return length;
  };
  await read("/2/0/small");
  const before = await peakOf(scene.program.pid);
  assertEquals(await read("/2/0/large"), LONG * MB);
  const peak = await peakOf(scene.program.pid);
  assert(peak - before < 40, `${peak} MB at most, ${before} MB before`);
});

Deno.test("a 429 is waited out for a short body, whatever the method, and handed on for a long one", async () => {
  await using scene = await proxyScene();
  let refused = 0;
  scene.upstream.answer = ({ method }, response) => {
    if (refused++ < 1) return response.writeHead(429, { "retry-after": "1" }).end();
    response.end(method);
  };
  assertEquals(await (await scene.ask("/2/0/x", { method: "POST", body: "short" })).text(), "POST");
  assertEquals(scene.upstream.asked.map(({ body }) => body.length), [5, 5]);
  refused = 0;
  const long = await scene.ask("/2/0/x", { method: "POST", body: new Uint8Array(2 * MB) });
  await long.body?.cancel();
  assertEquals([long.status, scene.upstream.asked.length], [429, 3]);
});
