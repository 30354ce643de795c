// A sign-in in a fake world: the browser comes back to the listener as soon as it is opened.
import type { LoginFlags } from "../../src/commands/login.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { type FakeListener, fakeListener } from "./fake_listener.ts";
import type { Arranged, NetworkStep } from "./fake_system.ts";
import { type SessionScene, sessionScene } from "./session_scene.ts";

/** A person whose browser comes back to the listener at once, and the page that they end on. */
export interface SignIn extends Omit<SessionScene, typeof Symbol.dispose>, AsyncDisposable {
  readonly listener: FakeListener;
  readonly page: Promise<Response>;
  readonly flags: LoginFlags & { readonly configDir: string };
}

/** What users/me answers. */
export function ada(): Response {
  const user = {
    id: "1",
    email: "ada@example.com",
    firstName: "Ada",
    lastName: "Lovelace",
    customerId: "8A81B08E5D1F40C7A2B36E9F0D415D40",
  };
  return Response.json({ user });
}

/**
 * Sets the scene: what the network answers, what the browser brings, and the login before.
 * `openBrowser` is given the address that the start page leads to.
 */
export function signIn(
  network: readonly NetworkStep[],
  { answer = { code: "a-code" }, previous, ...arranged }:
    & Arranged
    & { answer?: Readonly<Record<string, string>>; previous?: TokenSet } = {},
): SignIn {
  const listener = fakeListener();
  const page = Promise.withResolvers<Response>();
  const comeBack = (url: string): Promise<boolean> => {
    const { searchParams } = new URL(url);
    const state = searchParams.get("state") ?? "";
    const back = new URLSearchParams({ state, ...answer });
    page.resolve(listener.visit(`${searchParams.get("redirect_uri")}?${back}`));
    return Promise.resolve(true);
  };
  const { openBrowser = comeBack } = arranged;
  const scene = sessionScene(previous, {
    clockStands: true,
    network,
    serve: listener.serve,
    ...arranged,
    openBrowser: async (url) => await openBrowser(await listener.follow(url)),
  });
  const flags = { ...scene.flags, clientId: "a-client" };
  return {
    ...scene,
    flags,
    listener,
    page: page.promise,
    async [Symbol.asyncDispose]() {
      await listener.idle(); // a page may still be on its way
      scene[Symbol.dispose]();
    },
  };
}
