// A person who signs in to a sandbox with the program in this process: the real network, disk and
// listener; only the browser is a function, and there is no terminal.
import { type LoginFlags } from "../../src/commands/login.ts";
import { loadSettings, type Settings } from "../../src/settings/settings.ts";
import type { System, Trace } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import type { ConfidentialClient, Sandbox } from "../sandbox/contract.ts";
import { type FakeContext, fakeContext } from "./fake_system.ts";
import { freePort } from "./free_port.ts";
import { browse, type FinalPage } from "./scripted_browser.ts";
import { tempDir } from "./temp_dir.ts";

/** A person with an empty configuration directory of their own. */
export interface SandboxPerson extends Disposable {
  readonly configDir: string;
  readonly port: number;
  readonly redirectUri: string;
  readonly flags: LoginFlags & { readonly configDir: string };
  readonly context: Omit<FakeContext, "system"> & { readonly system: System };
  /** The settings that later commands have. */
  settings(): Settings;
  /** The page on which the browser ended. */
  readonly page: Promise<FinalPage>;
}

/** What is special about a person. */
export interface PersonWishes {
  /** What is registered; the port is the user's own. */
  readonly redirectUri?: (port: number) => string;
  readonly clientSecret?: string;
  /** What the browser does before it opens the page. */
  readonly before?: (url: string) => Promise<void>;
  readonly interruption?: AbortSignal;
  readonly trace?: Trace;
}

/** A person whose redirect URI is registered for the client. */
export function sandboxPerson(
  sandbox: Sandbox,
  client: ConfidentialClient,
  wishes: PersonWishes = {},
): SandboxPerson {
  const dir = tempDir();
  const port = freePort();
  const redirectUri = wishes.redirectUri?.(port) ?? `https://127.0.0.1:${port}/callback`;
  sandbox.allowRedirectUri(redirectUri);
  const page = Promise.withResolvers<FinalPage>();
  const { signal } = new AbortController();
  const fake = fakeContext({
    env: { ANAPLAN_CLIENT_SECRET: wishes.clientSecret ?? client.clientSecret },
    interruption: () => wishes.interruption ?? signal,
    async openBrowser(url) {
      await wishes.before?.(url);
      browse(url).then(page.resolve, page.reject);
      return true;
    },
  });
  // Signals are of the whole process, which is the test runner's here.
  const { env, interruption, holdSignals, openBrowser, terminal, write } = fake.system;
  const system = {
    ...denoSystem(wishes.trace),
    ...{ env, interruption, holdSignals, openBrowser, terminal, write },
  };
  const { authorization, token, apiUrl, authUrl } = sandbox.endpoints;
  const flags = {
    configDir: dir.path,
    clientId: client.clientId,
    redirectUri,
    authorizationEndpoint: authorization,
    tokenEndpoint: token,
    apiUrl,
    authUrl,
    caFile: [sandbox.caFile],
  };
  return {
    configDir: dir.path,
    port,
    redirectUri,
    flags,
    context: { system, talk: fake.talk },
    settings: () => loadSettings({ configDir: dir.path }, system),
    page: page.promise,
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

/** The requests that reached a path of the sandbox. */
export function requestsTo({ requests }: Sandbox, path: string): Sandbox["requests"] {
  return requests.filter((request) => request.path === path);
}
