// An issuer's metadata: where it is asked for, what is believed of it, and what is wrong with it.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { discover } from "../../src/oauth/discovery.ts";
import type { Discovered } from "../../src/base/metadata.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { ISSUER, metadata } from "../support/issuer_scene.ts";
import { unreachable, webPage } from "../support/logins.ts";
import { nextOf } from "../support/shown.ts";

const NOT_FOUND = (): Response => new Response("no", { status: 404 });

function found(step: NetworkStep, issuer = ISSUER): Promise<Discovered> {
  return discover(issuer, [], fakeSystem({ network: [step] }));
}

async function failure(...network: NetworkStep[]): Promise<CliError> {
  const system = fakeSystem({ network });
  const error = await assertRejects(() => discover(ISSUER, [], system), CliError);
  assertEquals(system.network.length, 0);
  return error;
}

/** The addresses that are asked when nothing is found anywhere. */
async function addresses(issuer: string): Promise<string[]> {
  const system = fakeSystem({ network: [NOT_FOUND(), NOT_FOUND()] });
  await assertRejects(() => discover(issuer, ["a CA"], system), CliError);
  assertEquals(system.requests.map(({ caCertificates }) => caCertificates), [["a CA"], ["a CA"]]);
  return system.requests.map(({ url }) => url);
}

Deno.test("metadata is asked at OpenID Connect's address, and after a 404 at RFC 8414's", async () => {
  assertEquals(await addresses(ISSUER), [
    `${ISSUER}/.well-known/openid-configuration`,
    `${ISSUER}/.well-known/oauth-authorization-server`,
  ]);
});

Deno.test("an issuer with a path has its two addresses where each standard wants them", async () => {
  assertEquals(await addresses(`${ISSUER}/tenant`), [
    `${ISSUER}/tenant/.well-known/openid-configuration`,
    `${ISSUER}/.well-known/oauth-authorization-server/tenant`,
  ]);
});

Deno.test("metadata at RFC 8414's address alone is found", async () => {
  const system = fakeSystem({ network: [NOT_FOUND(), metadata()] });
  assertEquals((await discover(ISSUER, [], system)).tokenEndpoint, `${ISSUER}/token`);
});

Deno.test("every endpoint that is used is taken from the metadata", async () => {
  assertEquals(await found(metadata({ jwks_uri: `${ISSUER}/jwks`, later: true })), {
    authorizationEndpoint: `${ISSUER}/authorize`,
    tokenEndpoint: `${ISSUER}/token`,
    deviceEndpoint: `${ISSUER}/device`,
    revocationEndpoint: `${ISSUER}/revoke`,
    userinfoEndpoint: `${ISSUER}/userinfo`,
  });
});

Deno.test("metadata that says nothing of a capability settles nothing", async () => {
  assertEquals(await found(Response.json({ issuer: ISSUER })), {});
  const nothing = { token_endpoint: null, scopes_supported: null };
  assertEquals(await found(Response.json({ issuer: ISSUER, ...nothing })), {});
});

Deno.test("the lists that are used are taken from the metadata", async () => {
  const lists = {
    id_token_signing_alg_values_supported: ["ES256"],
    scopes_supported: ["openid"],
    token_endpoint_auth_methods_supported: ["client_secret_basic"],
  };
  assertEquals(await found(Response.json({ issuer: ISSUER, ...lists })), {
    idTokenAlgorithms: ["ES256"],
    scopes: ["openid"],
    clientAuthMethods: ["client_secret_basic"],
  });
});

const NO_ENDPOINT = [
  "nonsense",
  "http://as.example.com",
  ["http://as.example.com"],
  {},
  7,
  true,
  "",
];
const NO_LIST = ["openid", {}, 7, [7], [["RS256"]]];
const OF_ANOTHER_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  authorization_endpoint: NO_ENDPOINT,
  token_endpoint: NO_ENDPOINT,
  device_authorization_endpoint: NO_ENDPOINT,
  revocation_endpoint: NO_ENDPOINT,
  userinfo_endpoint: NO_ENDPOINT,
  scopes_supported: NO_LIST,
  id_token_signing_alg_values_supported: NO_LIST,
  token_endpoint_auth_methods_supported: NO_LIST,
  authorization_response_iss_parameter_supported: ["true", 1, {}, [true]],
};
for (const [name, values] of Object.entries(OF_ANOTHER_TYPE)) {
  Deno.test(`metadata whose ${name} has another type is refused by that name`, async () => {
    for (const value of values) {
      const { kind, message } = await failure(metadata({ [name]: value }));
      assertEquals(kind, "usage");
      assertStringIncludes(message, `its ${name}: `, JSON.stringify(value));
    }
  });
}

for (
  const issuer of [`${ISSUER}/`, "https://other.example.com", "http://as.example.com", undefined, [
    ISSUER,
  ], {}]
) {
  Deno.test(`metadata that names the issuer ${JSON.stringify(issuer)} is a usage error`, async () => {
    const error = await failure(metadata({ issuer }));
    assertEquals(error.kind, "usage");
    assertStringIncludes(nextOf(error), "--issuer");
  });
}

Deno.test("an issuer with a slash at its end is asked for and compared with it", async () => {
  const issuer = `${ISSUER}/tenant/`;
  assertEquals((await found(metadata({ issuer }), issuer)).tokenEndpoint, `${ISSUER}/token`);
  await assertRejects(() => found(metadata({ issuer: `${ISSUER}/tenant` }), issuer), CliError);
});

Deno.test("what is no metadata is a usage error, and is not quoted", async () => {
  const secrets = [webPage(200), new Response("{hush"), Response.json(["hush"]), webPage(403)];
  for (const step of secrets) {
    const error = await failure(step);
    assertEquals(error.kind, "usage");
    assert(!error.message.includes("hush"), error.message);
  }
});

Deno.test("no metadata at either address is a usage error", async () => {
  assertEquals((await failure(NOT_FOUND(), NOT_FOUND())).kind, "usage");
});

Deno.test("a server that is busy, down or out of reach is unavailable", async () => {
  assertEquals((await failure(webPage(503))).kind, "unavailable");
  assertEquals((await failure(new Response(null, { status: 429 }))).kind, "unavailable");
  assertEquals((await failure(unreachable())).kind, "unavailable");
  assertEquals((await failure(NOT_FOUND(), webPage(502))).kind, "unavailable");
});

Deno.test("an outage at the first address is not taken for a 404", async () => {
  const system = fakeSystem({ network: [webPage(500), metadata()] });
  await assertRejects(() => discover(ISSUER, [], system), CliError);
  assertEquals(system.requests.length, 1);
});

const LOOPBACK = ["http://127.0.0.1:9/x", "http://localhost:9/x", "https://[::1]:9/x"];
const NAMES = ["authorization", "token", "device_authorization", "revocation", "userinfo"];
for (const name of NAMES.map((what) => `${what}_endpoint`)) {
  Deno.test(`metadata whose ${name} is at Anaplan or on this computer is refused`, async () => {
    const hosts = ["us1a.app.anaplan.com", "API.ANAPLAN.COM", "anaplan.com", "api.anaplan.com."];
    for (const url of [...hosts.map((host) => `https://${host}/x`), ...LOOPBACK]) {
      const error = await failure(metadata({ [name]: url }));
      assertEquals(error.kind, "usage");
      assertStringIncludes(error.message, `its ${name}: `);
    }
  });
}

Deno.test("an issuer at Anaplan or on this computer has endpoints there", async () => {
  const at = async (issuer: string, endpoint: string): Promise<string | undefined> =>
    (await found(metadata({ issuer, token_endpoint: endpoint }), issuer)).tokenEndpoint;
  const anaplan = "https://us1a.app.anaplan.com";
  assertEquals(await at(anaplan, `${anaplan}/token`), `${anaplan}/token`);
  const local = "http://localhost:9";
  assertEquals(await at(local, "http://127.0.0.1:9/token"), "http://127.0.0.1:9/token");
  const lookalike = "https://api.anaplan.com.evil.example/token";
  assertEquals(await at(ISSUER, lookalike), lookalike);
});
