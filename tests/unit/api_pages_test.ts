// Lists in pages: all of them, one after the other, and never from another user's host.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { itemsOf } from "../../src/api/pages.ts";
import { api } from "../../src/commands/api.ts";
import { Secret } from "../../src/base/secret.ts";
import type { System } from "../../src/system/contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { API, failureOf, headerOf, runApi } from "../support/api_scene.ts";
import { START, streamOf, type StreamStep } from "../support/fake_system.ts";
import { sessionScene } from "../support/session_scene.ts";
import { LOGIN, putLogin, tokenAnswer, webPage } from "../support/logins.ts";
import { tempDir } from "../support/temp_dir.ts";

const PATH = "/2/0/models";

interface Paging {
  readonly next?: string;
  readonly offset?: number;
  readonly currentPageSize?: number;
  readonly totalSize?: number;
}

function page(paging: Paging, lists: Record<string, unknown> = {}): Response {
  return Response.json({ meta: { schema: "s", paging }, status: { code: 200 }, ...lists });
}

async function paged(streams: readonly StreamStep[], lines = false) {
  const { system, ...rest } = await runApi(PATH, { paginate: true, lines }, { streams });
  return { ...rest, urls: system.streamRequests.map(({ url }) => url.replace(API + PATH, "")) };
}

Deno.test("links lead from page to page, absolute or relative", async () => {
  const { stdout, urls } = await paged([
    page({ next: `${API}${PATH}?offset=2&limit=2` }, { models: [1, 2] }),
    page({ next: "?offset=4&limit=2" }, { models: [3, 4] }),
    page({}, { models: [5] }),
  ]);
  assertEquals(JSON.parse(stdout), [1, 2, 3, 4, 5]);
  assertEquals(urls, ["", "?offset=2&limit=2", "?offset=4&limit=2"]);
});

Deno.test("without links the offsets do, and the rest of the query stays", async () => {
  const { system, stdout } = await runApi(`${PATH}?limit=2&offset=0&q=a`, { paginate: true }, {
    streams: [
      page({ offset: 0, currentPageSize: 2, totalSize: 3 }, { models: [1, 2] }),
      page({ offset: 2, currentPageSize: 1, totalSize: 3 }, { models: [3] }),
    ],
  });
  assertEquals(JSON.parse(stdout), [1, 2, 3]);
  assertEquals(system.streamRequests[1]?.url, `${API}${PATH}?limit=2&offset=2&q=a`);
});

Deno.test("a page without a list is an empty one, and the last", async () => {
  const { stdout, error } = await paged([
    page({ offset: 0, currentPageSize: 2, totalSize: 3 }, { models: [1, 2] }),
    page({ offset: 2, currentPageSize: 0, totalSize: 2 }), // one was removed meanwhile
  ]);
  assertEquals([JSON.parse(stdout), error], [[1, 2], undefined]);
  assertEquals((await paged([page({ totalSize: 0 })])).stdout, "[]\n");
  assertEquals((await paged([page({ totalSize: 0 })], true)).stdout, "");
});

/** Lists that end before all that was announced has come. */
const SHORT: readonly (readonly [string, readonly Response[], string])[] = [
  ["a page without items", [
    page({ offset: 0, currentPageSize: 2, totalSize: 4 }, { models: [1, 2] }),
    page({ offset: 2, currentPageSize: 0, totalSize: 4 }),
  ], "announced 4 items and sent 2"],
  ["a page without a link", [
    page({ next: "?offset=1", totalSize: 3 }, { models: [1] }),
    page({ totalSize: 3 }, { models: [2] }),
  ], "announced 3 items and sent 2"],
  ["a first page", [page({ totalSize: 45 }, { models: [1] })], "announced 45 items and sent 1"],
  ["nothing", [page({ totalSize: 45 })], "announced 45 items and sent 0"],
  ["a page that is shorter than it says", [
    page({ offset: 0, currentPageSize: 2, totalSize: 3 }, { models: [1] }),
    page({ offset: 2, currentPageSize: 1, totalSize: 3 }, { models: [3] }),
  ], "announced 3 items and sent 2"],
  ["a page far down the list", [
    page({ offset: 40, currentPageSize: 2, totalSize: 45 }, { models: [1, 2] }),
    page({ offset: 42, currentPageSize: 0, totalSize: 45 }),
  ], "announced 5 items and sent 2"],
];

for (const [what, pages, words] of SHORT) {
  for (const lines of [false, true]) {
    Deno.test(`a list that ends with ${what} is exit 6 with both numbers${lines ? ", by lines" : ""}`, async () => {
      const { error, stdout } = await paged(pages.map((page) => page.clone()), lines);
      assertEquals(error?.kind, "unavailable");
      assertStringIncludes(error?.message ?? "", words);
      assert(!stdout.includes("]"), "a list that broke off does not look whole");
    });
  }
}

Deno.test("a list that begins at an offset is whole without what is before it", async () => {
  const last = page({ totalSize: 45 }, { models: [1, 2] });
  const { stdout, error } = await runApi(`${PATH}?offset=43`, { paginate: true }, {
    streams: [last],
  });
  assertEquals([JSON.parse(stdout), error], [[1, 2], undefined]);
});

Deno.test("a list that ends early leaves no file in its place", async () => {
  using directory = tempDir();
  const output = `${directory.path}/out`;
  for (const json of [false, true]) {
    const { error } = await runApi(PATH, { paginate: true, output, json }, {
      streams: [page({ totalSize: 45 }, { models: [1] })],
    });
    assertEquals(error?.kind, "unavailable");
    assertEquals([...Deno.readDirSync(directory.path)], []);
  }
});

Deno.test("--lines prints an item a line", async () => {
  const { stdout } = await paged([page({}, { models: [{ a: "1\n2" }, null, "x"] })], true);
  assertEquals(stdout, '{"a":"1\\n2"}\nnull\n"x"\n');
});

const WHOLE: readonly (readonly [string, unknown, unknown[]])[] = [
  ["a bare array", [1, 2], [1, 2]],
  ["an object without paging", { user: { id: "x" } }, [{ user: { id: "x" } }]],
  ["two lists in one answer", { a: [1], b: [2] }, [{ a: [1], b: [2] }]],
  ["a number", 5, [5]],
  ["a text", "x", ["x"]],
  ["null", null, [null]],
];

for (const [what, value, items] of WHOLE) {
  Deno.test(`${what} is a list of its own`, async () => {
    const { stdout, error } = await paged([Response.json(value)]);
    assertEquals([JSON.parse(stdout), error], [items, undefined]);
  });
}

Deno.test("numbers keep every digit", async () => {
  const text = '{"list":[12345678901234567890.10,1e400,{"n":-0.0}]}';
  const { stdout } = await paged([new Response(text)]);
  assertEquals(stdout, '[12345678901234567890.10,\n1e400,\n{"n":-0.0}]\n');
});

Deno.test("what would steer a terminal is escaped, and means the same", async () => {
  const name = "a\x9b31m\u202eb\x7f";
  const { stdout } = await paged([page({}, { models: [name] })]);
  assertEquals(stdout, '["a\\u009b31m\\u202eb\\u007f"]\n');
  assertEquals(JSON.parse(stdout), [name]);
});

const ASTRAY: readonly string[] = [
  "https://evil.example/2/0/models?offset=2",
  "//evil.example/2/0/models",
  "\\\\evil.example\\2",
  "http://api.anaplan.com/2/0/models?offset=2",
  "https://api.anaplan.com:444/2/0/models",
  "https://x@api.anaplan.com/2/0/models",
  "https://api.anaplan.com.evil.example/",
  "javascript:alert(1)",
  "https://[",
];

for (const next of ASTRAY) {
  Deno.test(`a next page at ${next} is not asked for, and said to be missing`, async () => {
    const { error, urls, stdout } = await paged([page({ next }, { models: [1] })]);
    assertEquals([error?.kind, urls.length], ["unavailable", 1]);
    assertStringIncludes(
      error?.message ?? "",
      "the next page is at a host that the profile does not use",
    );
    assert(!stdout.includes("]"), "a list that broke off does not look whole");
  });
}

Deno.test("whatever a link says, no request leaves the profile's hosts", async () => {
  const starts = ["https://", "//", "/\\", "\\\\", "https:", "http://", "", "/", "?", "x:"];
  const next = fc.tuple(fc.constantFrom(...starts), fc.webUrl(), fc.string({ unit: "binary" }))
    .map(([start, url, text]) => start + (text.length % 2 === 0 ? text : url));
  using scene = sessionScene(LOGIN);
  const url = new URL(API + PATH);
  const call = { method: "GET", url, scheme: "Bearer" as const, headers: [] };
  await fc.assert(fc.asyncProperty(next, async (next) => {
    const asked: string[] = [];
    const { context, settings } = scene;
    const fetchStream: System["fetchStream"] = ({ url }) => {
      asked.push(url);
      return Promise.resolve(streamOf(page({})));
    };
    const system = { ...context.system, fetchStream };
    const first = Object.assign(streamOf(page({ next }, { models: [1] })), { tokenSet: LOGIN });
    await failureOf(() => Array.fromAsync(itemsOf(call, first, settings, { ...context, system })));
    for (const url of asked) assert(/^https:\/\/(api|auth|audit)\.anaplan\.com\//.test(url), url);
  }));
});

for (
  const [what, paging] of [
    ["links that lead back", { next: `${API}${PATH}` }],
    ["offsets that do not change", { offset: -1, currentPageSize: 1, totalSize: 9 }],
  ] as const
) {
  Deno.test(`${what} are noticed`, async () => {
    const streams = Array.from({ length: 5 }, () => page(paging, { models: [1] }));
    const { error, urls } = await paged(streams);
    assertEquals(error?.kind, "unavailable");
    assertStringIncludes(error?.message ?? "", "the pages repeat");
    assert(urls.length <= 2);
  });
}

Deno.test("an empty link is none", async () => {
  const { stdout, error } = await paged([page({ next: "" }, { models: [1] })]);
  assertEquals([stdout, error], ["[1]\n", undefined]);
});

Deno.test("the token is looked at again for each page", async () => {
  const login = { ...LOGIN, expiresAt: START + 70_000 };
  let now = START;
  const { system } = await runApi(PATH, { paginate: true }, {
    now: () => now,
    network: [tokenAnswer()],
    streams: [() => {
      now += 60_000;
      return page({ next: "?offset=1" }, { models: [1] });
    }, page({}, { models: [2] })],
  }, login);
  assertEquals(system.streamRequests.map((request) => headerOf(request, "authorization")), [
    "Bearer old-access",
    "Bearer new-access",
  ]);
});

Deno.test("a token that is refused at a later page is refreshed, once", async () => {
  const { system, stdout } = await runApi(PATH, { paginate: true }, {
    network: [tokenAnswer()],
    streams: [
      page({ next: "?offset=1" }, { models: [1] }),
      new Response("", { status: 401 }),
      page({}, { models: [2] }),
    ],
  });
  assertEquals([JSON.parse(stdout), system.requests.length], [[1, 2], 1]);
});

Deno.test("a page that is none is exit 6, and a first one prints nothing", async () => {
  const { error, stdout } = await paged([webPage(200)]);
  assertEquals([error?.kind, stdout], ["unavailable", ""]);
});

Deno.test("a later page that is refused ends the list with its failure", async () => {
  const { error, stdout } = await paged([
    page({ next: "?offset=1" }, { models: [1] }),
    Response.json({ status: { code: 403, message: "Forbidden" } }, { status: 403 }),
  ]);
  assertEquals([error?.kind, stdout], ["api", "[1"]);
});

/** What may be on the disk when the second page is asked for. */
const REPLACED: readonly (readonly [string, Partial<TokenSet>, boolean])[] = [
  ["was refreshed", {}, true],
  ["has got another scope", { scope: "openid" }, true],
  ["is one of another server", { tokenEndpoint: "https://b.example/oauth/token" }, false],
  ["is one of another client", { clientId: "another-client" }, false],
  ["is one of another sign-in", { signIn: "second" }, false],
];

for (const [what, changes, goesOn] of REPLACED) {
  const end = goesOn ? "goes on" : "ends with exit 3, and sends nothing more";
  for (const status of [200, 401]) {
    Deno.test(`a list whose login ${what} meanwhile ${end} (HTTP ${status})`, async () => {
      const tokenEndpoint = "https://us1a.app.anaplan.com/oauth/token";
      const login: TokenSet = { ...LOGIN, tokenEndpoint, signIn: "first" };
      using scene = sessionScene(login, {
        streams: [
          page({ next: "?offset=1" }, { models: [1] }),
          () => {
            if (status === 401) replace();
            return status === 401 ? new Response("", { status }) : page({}, { models: [2] });
          },
          page({}, { models: [2] }),
        ],
      });
      const { context, flags } = scene;
      const replace = (): void =>
        putLogin(scene.configDir, { ...login, accessToken: new Secret("replaced"), ...changes });
      const { stream = [] } = await api({ ...flags, paginate: true }, context, PATH);
      let stdout = "";
      const error = await failureOf(async () => {
        for await (const bytes of stream) {
          stdout += new TextDecoder().decode(bytes);
          if (status === 200) replace();
        }
      });
      const last = headerOf(context.system.streamRequests.at(-1), "authorization");
      if (goesOn) {
        assertEquals([error, stdout, last], [undefined, "[1,\n2]\n", "Bearer replaced"]);
      } else {
        assertEquals([error?.kind, stdout, last], ["login_required", "[1", "Bearer old-access"]);
        assertStringIncludes(error?.message ?? "", "another login replaced");
      }
    });
  }
}
