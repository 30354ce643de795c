// The command `token`: a valid access token and nothing else.
import { assert, assertEquals } from "@std/assert";
import { token, type TokenFlags } from "../../src/commands/token.ts";
import type { Verbatim } from "../../src/command.ts";
import { failureOf } from "../support/api_scene.ts";
import { issuerScene } from "../support/issuer_scene.ts";
import { LOGIN, STALE, storedLogin, tokenAnswer } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { nextOf } from "../support/shown.ts";

async function replied(flags: TokenFlags): Promise<Verbatim> {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer({ expires_in: 7200 })] });
  return await token({ ...scene.flags, ...flags }, scene.context);
}

Deno.test("token prints the access token alone, byte for byte", async () => {
  const { text, kind } = await replied({});
  assertEquals([text, kind], ["old-access", "verbatim"]);
});

Deno.test("token --header prints the whole header, in Anaplan's own scheme by default", async () => {
  assertEquals(
    (await replied({ header: true })).text,
    "Authorization: AnaplanAuthToken old-access",
  );
  const bearer = await replied({ header: true, scheme: "Bearer" });
  assertEquals(bearer.text, "Authorization: Bearer old-access");
});

Deno.test("token --json has the token, its type and its end", async () => {
  assertEquals((await replied({ scheme: "Bearer" })).data, {
    access_token: "old-access",
    token_type: "Bearer",
    expires_at: new Date(LOGIN.expiresAt).toISOString(),
  });
});

Deno.test("token --min-valid refreshes a token that does not live that long", async () => {
  assertEquals((await replied({ minValid: 60 * 60_000 })).text, "new-access");
});

Deno.test("at another provider the header has the standard scheme, unless another is named", async () => {
  using scene = issuerScene(LOGIN, []);
  const textOf = async (flags: TokenFlags): Promise<string> =>
    (await token({ ...scene.flags, ...flags }, scene.context)).text;
  assertEquals(await textOf({ header: true }), "Authorization: Bearer old-access");
  assertEquals(
    await textOf({ scheme: "AnaplanAuthToken" }),
    "Authorization: AnaplanAuthToken old-access",
  );
  const { data } = await token({ ...scene.flags, json: true }, scene.context);
  assertEquals((data as { token_type: string }).token_type, "Bearer");
});

for (const login of [LOGIN, STALE]) {
  Deno.test(`a --min-valid that no token of the server reaches is exit 2, and the new one is kept (${login.expiresAt})`, async () => {
    using scene = sessionScene(login, { network: [tokenAnswer({ expires_in: 2100 })] });
    let reply: Verbatim | undefined;
    const error = await failureOf(async () => {
      reply = await token({ ...scene.flags, minValid: 2 * 60 * 60_000 }, scene.context);
    });
    assertEquals([error?.kind, reply], ["usage", undefined]);
    assertEquals(
      error?.message,
      "Cannot get a token that is valid for 2h: the server's tokens are valid for 35m when they are new",
    );
    assert(!nextOf(error).includes("new-access"));
    assertEquals(storedLogin(scene.configDir).accessToken.reveal(), "new-access");
    assertEquals(scene.context.talk.warned, []);
  });
}

Deno.test("a --min-valid of exactly what the server gives is met", async () => {
  using scene = sessionScene(STALE, { network: [tokenAnswer({ expires_in: 2100 })] });
  const { text } = await token({ ...scene.flags, minValid: 2_100_000 }, scene.context);
  assertEquals(text, "new-access");
});

Deno.test("two seconds more than the server gives are not, and the figures say so", async () => {
  using scene = sessionScene(STALE, { network: [tokenAnswer({ expires_in: 2100 })] });
  const error = await failureOf(() =>
    token({ ...scene.flags, minValid: 2_102_000 }, scene.context)
  );
  assertEquals(
    error?.message,
    "Cannot get a token that is valid for 2102s: the server's tokens are valid for 35m when they are new",
  );
});
