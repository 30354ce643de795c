// What `api` says besides the answer: that a list has more pages, and which path was meant.
import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { nearPath } from "../../src/api/answer.ts";
import type { ApiFlags } from "../../src/commands/api.ts";
import { runApi } from "../support/api_scene.ts";
import { nextOf } from "../support/shown.ts";
import { tempDir } from "../support/temp_dir.ts";

const PATH = "/2/0/workspaces";
const MORE = "Showing 2 of 45. All of them: --paginate";

function list(paging: unknown, more: Record<string, unknown> = {}): Response {
  return Response.json({ meta: { schema: "s", paging }, status: {}, workspaces: [1, 2], ...more });
}

async function said(answer: Response, flags: ApiFlags = {}, isTerminal = false) {
  const { talk, stdout } = await runApi(PATH, flags, {
    streams: [answer],
    terminal: { stdout: isTerminal },
  });
  return { said: talk.said, stdout };
}

for (const isTerminal of [false, true]) {
  Deno.test(`stderr says how much more a list has, ${isTerminal ? "on a terminal" : "into a pipe"}, and the answer is whole`, async () => {
    const paging = { currentPageSize: 2, totalSize: 45, offset: 0 };
    const { said: notes, stdout } = await said(list(paging), {}, isTerminal);
    assertEquals(notes, [MORE]);
    assertEquals(JSON.parse(stdout).workspaces, [1, 2]);
  });
}

Deno.test("a page without numbers that names the next page has more after it", async () => {
  const { said: notes } = await said(list({ next: "?offset=2" }));
  assertEquals(notes, ["There are more. All of them: --paginate"]);
});

Deno.test("stderr says how much more a list has with --json and --output as well", async () => {
  using dir = tempDir();
  const paging = { currentPageSize: 2, totalSize: 45, offset: 20 };
  assertEquals((await said(list(paging), { json: true })).said, [MORE]);
  const { said: notes } = await said(list(paging), { output: `${dir.path}/x` });
  assertEquals(notes[1], MORE);
});

const SILENT: readonly (readonly [string, () => Response])[] = [
  ["a whole list", () => list({ currentPageSize: 2, totalSize: 2, offset: 0 })],
  ["the last page", () => list({ currentPageSize: 5, totalSize: 45, offset: 40 })],
  ["an answer without pages", () => Response.json({ user: { paging: 1 } })],
  ["a text", () => new Response('{"meta":{"paging":{"currentPageSize":1,"totalSize":2}}}')],
  ["broken JSON", () =>
    new Response('{"meta":{"paging":{"currentPageSize":1,"totalSize":2}}', {
      headers: { "content-type": "application/json" },
    })],
  [
    "a value in a string that looks like a page",
    () => Response.json({ text: '"paging":{"currentPageSize":1,"totalSize":2}' }),
  ],
  ["two lists", () => list({ currentPageSize: 1, totalSize: 2 }, { others: [] })],
];

for (const [what, answer] of SILENT) {
  Deno.test(`nothing is said of ${what}`, async () => {
    assertEquals((await said(answer())).said, []);
  });
}

Deno.test("--paginate has all, and says nothing", async () => {
  const streams = [list({ currentPageSize: 2, totalSize: 2, offset: 0 })];
  const { talk } = await runApi(PATH, { paginate: true }, { streams });
  assertEquals(talk.said, []);
});

async function notFound(path: string, flags: ApiFlags = {}) {
  const { error } = await runApi(path, flags, {
    streams: [new Response("", { status: 404 })],
  });
  return error;
}

Deno.test("a path that is nearly right is answered with the one that was meant, ready to be typed", async () => {
  const error = await notFound("/2/0/user/me?x=1");
  assertStringIncludes(error?.message ?? "", "HTTP 404; did you mean /2/0/users/me?");
  assertEquals(nextOf(error), "anaplan-auth api '/2/0/users/me?x=1'");
});

Deno.test("a call that changes something is only told the path, since the data is not known", async () => {
  const error = await notFound("/2/0/workspaces/W/models/M/import", { method: "POST" });
  assertStringIncludes(error?.message ?? "", "did you mean /2/0/workspaces/W/models/M/imports?");
  assertStringIncludes(nextOf(error), "check the path");
});

Deno.test("a path that is near none is not guessed", async () => {
  const error = await notFound("/2/0/nonsense");
  assertStringIncludes(error?.message ?? "", "it answered HTTP 404");
  assertEquals(error?.message.includes("did you mean"), false);
});

const NEAR: Readonly<Record<string, string | undefined>> = {
  "/2/users/me": "/2/0/users/me",
  "/users/me": "/2/0/users/me",
  "/2/0/Users/Me": "/2/0/users/me",
  "/2/0/workspace": "/2/0/workspaces",
  "/2/0/workspaces/": "/2/0/workspaces",
  "/workspaces/8A81/models": "/2/0/workspaces/8A81/models",
  "/2/0/workspaces/8A81/models/5A1D/exort": "/2/0/workspaces/8A81/models/5A1D/exports",
  "/2/0/workspaces/8A81/models/5A1D/file/113/chunks":
    "/2/0/workspaces/8A81/models/5A1D/files/113/chunks",
  "/audit/api/1/event": "/audit/api/1/events",
  "/scim/1/0/v2/users": "/scim/1/0/v2/Users",
  "/2/0/users/me": undefined,
  "/": undefined,
};

for (const [path, meant] of Object.entries(NEAR)) {
  Deno.test(`${path} may have meant ${meant ?? "nothing else"}`, () => {
    assertEquals(nearPath(path), meant);
  });
}

Deno.test("an id is never changed by a guess", () => {
  const id = fc.stringMatching(/^[0-9A-F]{4,32}$/);
  fc.assert(fc.property(id, id, (workspace, model) => {
    const near = nearPath(`/2/0/workspace/${workspace}/models/${model}/files`);
    assertEquals(near, `/2/0/workspaces/${workspace}/models/${model}/files`);
  }));
});
