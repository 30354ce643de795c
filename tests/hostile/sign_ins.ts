// The ways in which a sign-in can go: what the user does, and what the server.
import type { Sandbox } from "../sandbox/contract.ts";
import type { RunningHere } from "../support/here.ts";
import { browse, type FinalPage } from "../support/scripted_browser.ts";
import { quoting, secret } from "./secret_world.ts";

const CODE = secret("code");

/** One sign-in: how it is started, what the user does, and how it ends. */
export interface SignIn {
  readonly flags?: readonly string[];
  readonly stdin?: string | { readonly open: true };
  readonly env?: Readonly<Record<string, string>>;
  readonly arrange?: (sandbox: Sandbox) => void;
  /** Given the sign-in page's address; gives the page that the browser ends on, if there is one. */
  readonly act: (address: string, program: RunningHere) => Promise<FinalPage | void>;
  readonly code?: number;
}

/** The redirect URI as the browser comes back to it. */
function comeBack(address: string, fields: Readonly<Record<string, string>>): string {
  const { searchParams } = new URL(address);
  const query = new URLSearchParams({ state: searchParams.get("state") ?? "", ...fields });
  return `${searchParams.get("redirect_uri")}?${query}`;
}

/** Comes back with the code. */
export const visit = (address: string): Promise<FinalPage> =>
  browse(comeBack(address, { code: CODE }));

/** Every sign-in, in words that follow "a sign-in". */
export const SIGN_INS: Readonly<Record<string, SignIn>> = {
  "by browser": { act: visit },
  "by browser, in JSON": { flags: ["--json"], act: visit },
  "by browser, the secret from stdin": {
    flags: ["--client-secret-stdin"],
    stdin: `${secret("client secret")}\n`,
    env: { ANAPLAN_CLIENT_SECRET: "" },
    act: visit,
  },
  "by browser, forged answers first": {
    act: async (address) => {
      await browse(comeBack(address, { code: CODE, state: "forged" }));
      await browse(comeBack(address, { code: CODE, error: "access_denied" }));
      return await visit(address);
    },
  },
  "by paste": {
    flags: ["--paste"],
    stdin: { open: true },
    act: (address, program) => program.write(`${comeBack(address, { code: CODE })}\n`),
  },
  "by device": {
    flags: ["--device", "--device-client-id", "a-device"],
    act: () => Promise.resolve(),
  },
  "that is declined": {
    act: (address) => browse(comeBack(address, { error: "access_denied" })),
    code: 4,
  },
  "whose code is refused": {
    arrange: (sandbox) =>
      sandbox.fault("/oauth/token", { status: 400, body: '{"error":"invalid_grant"}' }),
    act: visit,
    code: 4,
  },
  "whose code is refused by a server that quotes the request": {
    arrange: (sandbox) =>
      sandbox.fault("/oauth/token", { status: 400, body: quoting({ error: "invalid_grant" }) }),
    act: visit,
    code: 4,
  },
  "by device, at a server that quotes the request": {
    flags: ["--device", "--device-client-id", "a-device"],
    arrange: (sandbox) =>
      sandbox.fault("/oauth/token", { status: 403, body: quoting({ error: "access_denied" }) }),
    act: () => Promise.resolve(),
    code: 4,
  },
  "whose exchange is cut": {
    arrange: (sandbox) => sandbox.fault("/oauth/token", { reset: "after" }),
    act: visit,
    code: 6,
  },
  "whose exchange meets a web page": {
    arrange: (sandbox) => sandbox.fault("/oauth/token", { status: 200, body: `<p>${CODE}</p>` }),
    act: visit,
    code: 6,
  },
  "that is pasted to another place": {
    flags: ["--paste"],
    stdin: `https://evil.example/?code=${encodeURIComponent(CODE)}\n`,
    act: () => Promise.resolve(),
    code: 4,
  },
};
