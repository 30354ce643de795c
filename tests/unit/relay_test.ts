// The relay's script, run for real: where it leads whatever it is given, and what it hands on.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bookmarklet, type RelayHost, relayPage } from "../../src/oauth/relay.ts";

const HOSTS: readonly RelayHost[] = ["127.0.0.1", "localhost"];
const RANDOM = "r".repeat(43);
const STATE = `8443.${RANDOM}`;

/** What both relays do on a page with that query; they have to agree. */
async function visited(search: string, host: RelayHost = "127.0.0.1"): Promise<RelayVisit> {
  const byBookmarklet = visitRelay(scriptOfBookmarklet(bookmarklet(host)), search);
  const byPage = visitRelay(scriptOfPage(await relayPage(host)), search);
  assertEquals(byBookmarklet, byPage);
  return byPage;
}

/** The same with these parameters. */
function visitedWith(parameters: Readonly<Record<string, string>>): Promise<RelayVisit> {
  return visited(`?${new URLSearchParams(parameters)}`);
}

for (const host of HOSTS) {
  Deno.test(`a relay for ${host} carries code and state to the listener whose port the state names`, async () => {
    const { targets, told } = await visited(`?code=a-code&state=${STATE}`, host);
    assertEquals(targets, [`https://${host}:8443/callback?code=a-code&state=${STATE}`]);
    assertEquals(told, []);
  });
}

Deno.test("a relay finds a listener on every port that the listener may have", async () => {
  for (const port of ["1024", "8447", "65535"]) {
    const { targets } = await visitedWith({ code: "a", state: `${port}.${RANDOM}` });
    assertEquals(new URL(targets[0] ?? "").port, port);
  }
  const { targets } = await visitedWith({ code: "a", state: `443.${RANDOM}` });
  assertEquals(new URL(targets[0] ?? "").origin, "https://127.0.0.1"); // a URL leaves its default port out
});

Deno.test("a refusal is carried as well as a code", async () => {
  const { targets } = await visitedWith({ error: "access_denied", state: STATE });
  assertEquals(targets, [
    `https://127.0.0.1:8443/callback?state=${encodeURIComponent(STATE)}&error=access_denied`,
  ]);
});

Deno.test("only the five parameters of an authorization response are handed on", async () => {
  const five = {
    code: "a&b=c#d",
    state: STATE,
    error: "e",
    error_description: "line\r\nfeed <b>",
    iss: "https://as.example.com",
  };
  const { targets } = await visitedWith({
    ...five,
    host: "evil.example",
    session_state: "s",
    id_token: "hush",
    "code[]": "x",
    CODE: "x",
  });
  assertEquals(Object.fromEntries(new URL(targets[0] ?? "").searchParams), five);
});

Deno.test("a parameter that is sent twice is handed on once", async () => {
  const { targets } = await visited(`?code=first&code=second&state=${STATE}`);
  assertEquals(new URL(targets[0] ?? "").searchParams.getAll("code"), ["first"]);
});

const HOSTILE_STATES: readonly string[] = [
  `8443.${RANDOM}@evil.example`,
  "8443.x@evil",
  `8443@evil.example/.${RANDOM}`,
  `@evil.example:8443.${RANDOM}`,
  `//evil.example/.${RANDOM}`,
  "//evil",
  "443.",
  `.${RANDOM}`,
  RANDOM,
  "",
  `8443${RANDOM}`,
  `8443.${RANDOM}x`,
  `8443.${"r".repeat(42)}`,
  `8443.${"r".repeat(42)}/`,
  `8443.${"r".repeat(42)}.`,
  `8443.${RANDOM}\n`,
  `\n8443.${RANDOM}`,
  `8443\u0000.${RANDOM}`,
  ` 8443.${RANDOM}`,
  `-8443.${RANDOM}`,
  `0x20fb.${RANDOM}`,
  `8e3.${RANDOM}`,
  `844365.${RANDOM}`,
  `\u0668\u0664\u0664\u0663.${RANDOM}`,
  `8443/callback#.${RANDOM}`,
  `8443\\@evil.example.${RANDOM}`,
  `javascript:alert(1)//.${RANDOM}`,
  `8443.${RANDOM}?x=https://evil.example`,
];
for (const state of HOSTILE_STATES) {
  Deno.test(`a relay goes nowhere with the state ${JSON.stringify(state)}`, async () => {
    const { targets, told } = await visitedWith({ code: "a-code", state });
    assertEquals(targets, []);
    assertEquals(told, ["There is no answer for anaplan-auth on this page."]);
  });
}

Deno.test("without a state, or with nothing but one, a relay says so and goes nowhere", async () => {
  for (const search of ["", "?", "?code=a-code", `?state=${STATE}`, `?state=${STATE}&iss=x`]) {
    const { targets, told } = await visited(search);
    assertEquals([targets.length, told.length], [0, 1], search);
  }
});

Deno.test("whatever is in the query, a relay leads to this computer's listener alone", () => {
  const pieces = [
    ...["@evil.example", "//evil", "\\\\evil", "/../", "#", "?", "&", "=", ":", ".", "'", '"'],
    ...["\r\n", "\u0000", "\u2028", "%2e", "</script>", "javascript:", "8443.", RANDOM, "й", "0"],
  ];
  let seed = 7; // the same texts in every run
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const some = (): string => Array.from({ length: next(5) }, () => pieces[next(22)]).join("");
  for (let count = 0; count < 2_000; count++) {
    const states = [STATE, `8443.${some()}`, `${some()}${STATE}`, `${STATE}${some()}`, some()];
    const state = states[next(states.length)] ?? "";
    const search = `?${new URLSearchParams({
      code: some(),
      state,
      [some()]: some(),
      iss: some(),
    })}`;
    for (
      const target of visitRelay(scriptOfBookmarklet(bookmarklet("127.0.0.1")), search).targets
    ) {
      const { origin, pathname, hash, username, searchParams } = new URL(target);
      assertEquals(
        [origin, pathname, hash, username],
        ["https://127.0.0.1:8443", "/callback", "", ""],
        search,
      );
      assert([...searchParams.keys()].every((name) => ["code", "state", "iss"].includes(name)));
    }
  }
});

Deno.test("a raw query that is broken also leads nowhere else", async () => {
  for (
    const search of [`?code=%&state=${STATE}`, `?code=%ff&state=${STATE}`, `?code=+&state=${STATE}`]
  ) {
    const { targets } = await visited(search);
    assertMatch(targets[0] ?? "", /^https:\/\/127\.0\.0\.1:8443\/callback\?code=/);
  }
});

Deno.test("the query is forgotten before the browser leaves, so that the history keeps no code", async () => {
  const { done } = await visited(`?code=a-code&state=${STATE}`);
  assertEquals(done.map((step) => step.split(" ")[0]), ["replaceState", "replace"]);
  assertEquals(done[0], "replaceState /");
});

Deno.test("the query is forgotten even when there is no answer in it", async () => {
  const { done } = await visited("?code=a-code&state=8443.x@evil");
  assertEquals(done.map((step) => step.split(" ")[0]), ["replaceState", "tell"]);
});

/** What a relay's script did. */
interface RelayVisit {
  /** Everything in its order: `replaceState /path`, `replace https://…`, `tell …`. */
  readonly done: readonly string[];
  /** Where the browser was sent. */
  readonly targets: readonly string[];
  readonly told: readonly string[];
}

/** Runs the script on a page with that query. */
function visitRelay(script: string, search: string, pathname = "/"): RelayVisit {
  const done: string[] = [];
  const targets: string[] = [];
  const told: string[] = [];
  const tell = (text: string): void => {
    done.push(`tell ${text}`);
    told.push(text);
  };
  const location = {
    search,
    pathname,
    replace(url: string) {
      done.push(`replace ${url}`);
      targets.push(url);
    },
  };
  const history = {
    replaceState: (_state: unknown, _title: string, url: string) =>
      void done.push(`replaceState ${url}`),
  };
  const element = {
    set textContent(text: string) {
      tell(text);
    },
  };
  const document = { getElementById: () => element };
  const unreachable = (): never => {
    throw new Error("a relay navigates, and never fetches");
  };
  new Function("location", "history", "alert", "document", "fetch", "XMLHttpRequest", script)(
    location,
    history,
    tell,
    document,
    unreachable,
    unreachable,
  );
  return { done, targets, told };
}

/** The script in a bookmarklet's address, as a browser decodes it. */
function scriptOfBookmarklet(address: string): string {
  return decodeURIComponent(address.replace(/^javascript:/, ""));
}

/** The one script in a relay's page. */
function scriptOfPage(page: string): string {
  const scripts = Array.from(page.matchAll(/<script[^>]*>([^<]*)<\/script>/g), ([, text]) => text);
  const [script, ...others] = scripts;
  if (script === undefined || others.length > 0) throw new Error("one script was expected");
  return script;
}
