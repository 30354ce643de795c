// Signs in to a sandbox with the real program, the test being the user with the browser.
// Rule: the page is opened from the address that the program printed, and nothing else is known of it.
import { assertEquals } from "@std/assert";
import type { ConfidentialClient, Sandbox } from "../sandbox/contract.ts";
import { freePort } from "./free_port.ts";
import { startHere } from "./here.ts";
import type { Home } from "./home.ts";
import { type Outcome, type ProgramOptions, startProgram } from "./program.ts";
import { browse, type BrowseOptions, type FinalPage } from "./scripted_browser.ts";

/** The address of the sign-in page, alone on its line of stderr. */
export const SIGN_IN_ADDRESS = /^https:\/\/\S+\?\S*response_type=code\S*$/m;

/** What the program says when a person has to act: that address, or a page and a user code for it. */
export const WAITS_FOR_PERSON: RegExp = new RegExp(
  `${SIGN_IN_ADDRESS.source}|^Open {7}(\\S+)\nand enter {2}(\\S+)$`,
  "m",
);

/** The page that they have to open then. */
export function pageToOpen([address, verificationUri, userCode]: RegExpExecArray): string {
  return userCode === undefined ? address : `${verificationUri}?user_code=${userCode}`;
}

/** Where one test's listener is. */
export interface Listener {
  readonly port: number;
  readonly redirectUri: string;
}

/** A redirect URI on a free port, registered at the sandbox. */
export function registeredListener(sandbox: Sandbox): Listener {
  const port = freePort();
  const redirectUri = `https://127.0.0.1:${port}/callback`;
  sandbox.allowRedirectUri(redirectUri);
  return { port, redirectUri };
}

/** The flags that point `login` to the sandbox. */
export function sandboxFlags(
  { caFile, endpoints }: Sandbox,
  { clientId }: { readonly clientId: string },
  { redirectUri }: Pick<Listener, "redirectUri">,
): string[] {
  return [
    ...["--client-id", clientId],
    ...["--ca-file", caFile],
    ...["--authorization-endpoint", endpoints.authorization],
    ...["--token-endpoint", endpoints.token],
    ...["--api-url", endpoints.apiUrl],
    ...["--auth-url", endpoints.authUrl],
    ...["--redirect-uri", redirectUri],
  ];
}

/** What a sign-in is to be like. */
export interface SignInOptions
  extends BrowseOptions, Pick<ProgramOptions, "executable" | "wrapper" | "env"> {
  readonly client?: ConfidentialClient;
  readonly listener?: Listener;
  readonly flags?: readonly string[];
}

/** Runs `login` and finishes it in the browser; gives the outcome and the last page. */
export async function login(
  sandbox: Sandbox,
  home: Home,
  options: SignInOptions = {},
): Promise<{ readonly outcome: Outcome; readonly page: FinalPage }> {
  const { client = sandbox.clients.rotating, flags = [], executable, ...browsing } = options;
  const { listener = registeredListener(sandbox), wrapper = [] } = options;
  const argv = ["login", ...sandboxFlags(sandbox, client, listener), ...flags];
  const env = { ...options.env, ANAPLAN_CLIENT_SECRET: client.clientSecret };
  await using program = await startProgram(argv, {
    home: home.path,
    env,
    wrapper,
    ...(executable === undefined ? {} : { executable }),
  });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const page = await browse(address, browsing);
  return { outcome: await program.outcome, page };
}

/** The same in the process of the test: for a table of what a login finds, and for where a test begins with one. */
export async function loginHere(
  sandbox: Sandbox,
  home: Home,
  options: LoginHereOptions = {},
): Promise<{ readonly outcome: Outcome; readonly page: FinalPage }> {
  const { client = sandbox.clients.rotating, flags = [], env = {} } = options;
  const argv = ["login", ...sandboxFlags(sandbox, client, registeredListener(sandbox)), ...flags];
  const secret = { ANAPLAN_CLIENT_SECRET: client.clientSecret };
  const program = startHere(argv, { home: home.path, env: { ...env, ...secret } });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const page = await browse(address);
  return { outcome: await program.outcome, page };
}

/** The same, and makes sure that it worked. */
export async function signInHere(
  sandbox: Sandbox,
  home: Home,
  options: LoginHereOptions = {},
): Promise<void> {
  const { outcome } = await loginHere(sandbox, home, options);
  assertEquals(outcome.code, 0, outcome.stderr);
}

type LoginHereOptions = Pick<SignInOptions, "client" | "flags" | "env">;

/** Signs in and makes sure that it worked. */
export async function signIn(
  sandbox: Sandbox,
  home: Home,
  options: SignInOptions = {},
): Promise<void> {
  const { outcome } = await login(sandbox, home, options);
  assertEquals(outcome.code, 0, outcome.stderr);
}
