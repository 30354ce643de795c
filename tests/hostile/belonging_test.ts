// A login belongs to the servers that it was made with, whatever is said about it later.
// Rule: a network that answers everything records what leaves; no secret of the login may leave for another
// origin than those of its sign-in.
import { authorizationServer } from "../../src/provider/authorization_server.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { api } from "../../src/commands/api.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { login } from "../../src/commands/login.ts";
import { logout } from "../../src/commands/logout.ts";
import { refresh } from "../../src/commands/refresh.ts";
import { status } from "../../src/commands/status.ts";
import { validate } from "../../src/commands/validate.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { CliError } from "../../src/base/errors.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { type FakeContext, fakeContext } from "../support/fake_system.ts";
import { boundTo, LOGIN, putLogin, STALE } from "../support/logins.ts";
import { tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const SECRETS = ["old-access", "old-refresh", "client-secret", "new-access", "new-refresh"];

interface Sent {
  readonly origin: string;
  readonly text: string;
}

/** A world in which every request is answered as if by the server that was meant, and recorded. */
function openWorld(env: Readonly<Record<string, string>>): { context: FakeContext; sent: Sent[] } {
  const sent: Sent[] = [];
  const record = (url: string, ...parts: unknown[]): Response => {
    sent.push({
      origin: new URL(url).origin,
      text: [url, ...parts.map((part) => JSON.stringify(part))].join(),
    });
    return Response.json({
      access_token: "new-access",
      refresh_token: "new-refresh",
      token_type: "Bearer",
      user: { id: "1", email: "ada@example.com" },
      sub: "1",
      issuer: "https://b.example",
      authorization_endpoint: "https://b.example/authorize",
      token_endpoint: "https://b.example/token",
      userinfo_endpoint: "https://b.example/userinfo",
      revocation_endpoint: "https://b.example/revoke",
      tokenInfo: {},
    });
  };
  const context = fakeContext({
    env,
    peerIssuer: () => Promise.resolve(undefined),
    serve: () => Promise.resolve({ kind: "taken" }),
    openBrowser: () => Promise.resolve(true),
    terminal: {
      stdin: true,
      stderr: true,
      readLine: () => {
        const url = new URL(context.talk.insisted.find((text) => text.startsWith("https:")) ?? "");
        const state = url.searchParams.get("state") ?? "";
        const back = new URLSearchParams({ code: "a-code", state });
        return Promise.resolve(`${url.searchParams.get("redirect_uri")}?${back}`);
      },
      ask: () => Promise.resolve(""),
    },
  });
  Object.assign(context.system, {
    fetch: (request: { url: string }) => Promise.resolve(record(request.url, request)),
    fetchStream: (request: { url: string }) => {
      const response = record(request.url, request);
      return Promise.resolve(
        Object.assign(
          { status: 200, statusText: "", headers: response.headers, body: response.body },
          { [Symbol.asyncDispose]: () => response.body?.cancel().catch(() => {}) },
        ),
      );
    },
  });
  return { context, sent };
}

const PLACES = ["https://a.example", "https://b.example", "https://api.anaplan.com"];
const place = fc.constantFrom(...PLACES);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Settings as a profile keeps them. */
const settings: fc.Arbitrary<Profile> = fc.record({
  clientId: fc.constantFrom("a-client", "other-client"),
  region: maybe(fc.constantFrom("us1", "eu3", "au1")),
  apiUrl: maybe(place),
  authUrl: maybe(place),
  authorizationEndpoint: maybe(place.map((origin) => `${origin}/authorize`)),
  tokenEndpoint: maybe(place.map((origin) => `${origin}/token`)),
  revocationEndpoint: maybe(place.map((origin) => `${origin}/revoke`)),
  issuer: maybe(fc.constant("https://b.example")),
}, { requiredKeys: ["clientId"] }).map(withoutGaps);

function withoutGaps(profile: object): Profile {
  const kept = Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== undefined),
  );
  const discovered = {
    authorizationEndpoint: "https://b.example/authorize",
    tokenEndpoint: "https://b.example/token",
    userinfoEndpoint: "https://b.example/userinfo",
    revocationEndpoint: "https://b.example/revoke",
  };
  return { ...kept, ...("issuer" in kept ? { discovered } : {}) };
}

const environment = fc.record({
  ANAPLAN_REGION: fc.constantFrom("us1", "eu3", "sg1"),
  ANAPLAN_CLIENT_ID: fc.constantFrom("a-client", "other-client"),
}, { requiredKeys: [] });

type Flags = { readonly configDir: string } & Profile;
const COMMANDS: Readonly<Record<string, (flags: Flags, context: FakeContext) => Promise<unknown>>> =
  {
    whoami,
    refresh,
    validate,
    logout,
    doctor,
    login: (flags, context) => login({ ...flags, timeout: 1000 }, context),
    status: ({ configDir }, context) => status({ configDir, check: true }, context),
    api: async ({ configDir }, context) => {
      const { stream } = await api({ configDir }, context, "/2/0/workspaces");
      for await (const _ of stream ?? []) { /* to its end */ }
    },
  };

Deno.test("no secret of a login leaves for another server than those of its sign-in", async () => {
  const command = fc.constantFrom(...Object.keys(COMMANDS));
  await fc.assert(
    fc.asyncProperty(
      settings,
      maybe(settings),
      maybe(settings),
      environment,
      fc.boolean(),
      command,
      async (before, edited, flags, env, isStale, name) => {
        using dir = tempDir();
        saveProfile(dir.path, "default", before, () => {});
        const made = loadSettings({ configDir: dir.path }, fakeContext().system);
        const { origins } = authorizationServer(made);
        putLogin(dir.path, boundTo(isStale ? STALE : LOGIN, made));
        if (edited !== undefined) saveProfile(dir.path, "default", edited, () => {});
        const { context, sent } = openWorld(env);
        // flags that change settings belong to login and doctor; of those a login makes a new one
        const given = name === "doctor" || name === "login" ? flags ?? {} : {};
        await COMMANDS[name]?.({ configDir: dir.path, ...given }, context).catch((error) => {
          if (!(error instanceof CliError)) throw error;
        });
        const secrets = name === "login" ? SECRETS.slice(0, 3) : SECRETS;
        const strays = sent.filter(({ origin, text }) =>
          !origins.includes(origin) && secrets.some((secret) => text.includes(secret))
        );
        assertEquals(strays, [], `${name} with ${JSON.stringify({ before, edited, flags, env })}`);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a login of one region is not tried in another, and the error says which one it is for", async () => {
  using dir = tempDir();
  putLogin(dir.path, LOGIN);
  const { context, sent } = openWorld({ ANAPLAN_REGION: "eu3" });
  const error = await assertRejects(() => whoami({ configDir: dir.path }, context), CliError);
  assertEquals([error.kind, error.message, nextOf(error)], [
    "login_required",
    "This login is for api.anaplan.com, not for eu3.api.anaplan.com",
    "unset ANAPLAN_REGION",
  ]);
  assertEquals(sent, []);
});

Deno.test("a login from before origins were kept goes to its token endpoint alone", async () => {
  using dir = tempDir();
  const { origins: _, ...old } = LOGIN;
  putLogin(dir.path, old);
  const { context, sent } = openWorld({});
  await assertRejects(() => whoami({ configDir: dir.path }, context), CliError);
  await refresh({ configDir: dir.path }, context);
  assert(
    sent.every(({ origin }) => origin === "https://us1a.app.anaplan.com"),
    JSON.stringify(sent),
  );
});
