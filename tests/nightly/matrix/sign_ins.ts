// Signs in within a cell: the test is the user, with a browser that is a function.
// Rule: the program waits for the user until `goOn`, so that a fault can begin before the code is there.
import { freePort } from "../../support/free_port.ts";
import type { Outcome, Program } from "../../support/program.ts";
import type { Cell, Start } from "./cell.ts";
import type { Client } from "./server_state.ts";

/** How the answer comes back to the program. */
export type Way = "browser" | "paste";

/** A login that waits for the user. */
export interface WaitingLogin extends AsyncDisposable {
  readonly program: Program;
  /** The user approves, and the code goes to the program. */
  goOn(): Promise<void>;
}

/** Longer than any program may take here, in milliseconds. */
const PATIENCE = 170_000;

const ADDRESS = /^http:\S+response_type=code\S*$/m;

/** The flags that point `login` to the server. */
export function loginFlags(origin: string, client: Client, hasIssuer: boolean): string[] {
  const endpoints = hasIssuer ? ["--issuer", origin] : [
    ...["--authorization-endpoint", `${origin}/authorize`],
    ...["--token-endpoint", `${origin}/oauth/token`],
    ...["--api-url", origin],
    ...["--auth-url", origin],
  ];
  return ["--client-id", client.id, ...endpoints];
}

/** Starts a login, and waits until it waits for the user. */
export async function startLogin(cell: Cell, way: Way, start: Start = {}): Promise<WaitingLogin> {
  const redirectUri = `http://127.0.0.1:${freePort()}/callback`;
  const flags = [...cell.loginFlags, "--redirect-uri", redirectUri, "--no-browser"];
  const argv = ["login", ...flags, ...(way === "paste" ? ["--paste"] : [])];
  const program = await cell.start(argv, {
    ...start,
    env: { ...start.env, ANAPLAN_CLIENT_SECRET: cell.client.secret },
    ...(way === "paste" ? { stdin: { open: true } } : {}),
  });
  let page = Promise.resolve<unknown>(undefined);
  const address = await program.said(ADDRESS).then(([text]) => text, () => undefined);
  return {
    program,
    async goOn() {
      if (address === undefined) return; // it has ended, and its outcome says why
      if (way === "paste") await program.write(`${await codeFrom(address)}\n`).catch(() => {});
      else page = fetch(address).then((response) => response.text()).catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await page; // the program holds it back until the tokens are saved
    },
  };
}

/** Signs in to the end. */
export async function signInOnce(cell: Cell): Promise<Outcome> {
  await using login = await startLogin(cell, "paste");
  await login.goOn();
  return await endOf(login.program);
}

/** The outcome of a program, which is killed when it does not end. */
export async function endOf(program: Program): Promise<Outcome> {
  const timer = setTimeout(() => program.signal("SIGKILL"), PATIENCE);
  try {
    return await program.outcome;
  } finally {
    clearTimeout(timer);
  }
}

async function codeFrom(address: string): Promise<string> {
  const response = await fetch(address, { redirect: "manual" });
  await response.body?.cancel();
  return response.headers.get("location") ?? "";
}
