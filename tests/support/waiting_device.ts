// A `login --device` that waits for its approval.
// Rule: what is known of the code is what the program shows.
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "./home.ts";
import { type Program, startProgram } from "./program.ts";
import { registeredListener, sandboxFlags } from "./sign_in.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** What is around it. */
export interface DeviceWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  /** What is typed. */
  readonly argv: readonly string[];
}

/** The page and the user code, as they are shown. */
export const USER_CODE = /^Open {7}(\S+)\r?\nand enter {2}(\S+)\r?$/m;

/** A sandbox that may be polled every second, and a command line that leads to it. */
export async function deviceWorld(
  flags: readonly string[] = [],
  options: SandboxOptions = {},
): Promise<DeviceWorld> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ deviceIntervalSeconds: 1, ...options }));
  const home = undo.use(await makeHome());
  const { device } = sandbox.clients;
  const where = sandboxFlags(sandbox, device, registeredListener(sandbox));
  const end = undo.move();
  return {
    sandbox,
    home,
    argv: [
      ...["login", "--device", "--device-client-id", device.clientId],
      ...["--device-endpoint", sandbox.endpoints.device, ...where.slice(2), ...flags],
    ],
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** Starts the program, without a terminal, and waits until it waits. */
export async function waitingDevice(
  { argv, home }: DeviceWorld,
): Promise<{ readonly program: Program; readonly page: string; readonly userCode: string }> {
  const program = await startProgram(argv, { home: home.path });
  const [, page = "", userCode = ""] = await program.said(USER_CODE);
  return { program, page, userCode };
}

/** Starts the program at a terminal of 80 columns, and waits until it waits. */
export async function deviceTerminal(
  { argv, home }: DeviceWorld,
  python: string,
): Promise<Terminal> {
  const terminal = await openTerminal(argv, { python, home: home.path });
  await terminal.shows(/^Waiting for your approval, \d+:\d\d left\./m);
  return terminal;
}
