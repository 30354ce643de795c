// proxy: a local address that adds the token, for as long as it runs or for as long as a program does.

import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { programExit } from "../proxy/program_exit.ts";
import { CliError } from "../base/errors.ts";
import { fenceOf } from "../proxy/fence.ts";
import { loadForRefreshes } from "../session/stay_loaded.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import { assertUsableLogin } from "../session/usable_login.ts";
import { type OpenProxy, openProxy, type ProxyOptions } from "../proxy/proxy.ts";

export interface ProxyFlags extends CommonFlags {
  readonly port?: number;
  readonly socket?: string;
  readonly readOnly?: boolean;
  readonly only?: readonly string[];
}

/** Opens the proxy and says where it is; with a program, runs that and ends with it. */
export async function proxy(
  flags: ProxyFlags,
  context: CommandContext,
  ...command: readonly string[]
): Promise<Reply> {
  if (flags.port !== undefined && flags.socket !== undefined) {
    throw new CliError("usage", "Cannot use --port with --socket", {
      next: "leave out one of them",
    });
  }
  if (command.length === 0) context.system.interruption(); // from now on a signal ends it in order
  const settings = await settingsInUse(flags, context); // a mistake is said before the address is
  await loadForRefreshes(settings.configDir, context.system);
  const options = {
    fence: fenceOf(flags.readOnly === true, flags.only ?? []),
    port: flags.port ?? 0,
    socket: flags.socket === undefined ? undefined : context.system.absolutePath(flags.socket),
  };
  await assertUsableLogin(settings, context); // one that expires later is for each request to report
  const opened = await openProxy(options, flags, context);
  if (command.length > 0) {
    await using proxy = opened;
    const { socket } = options;
    const environment = {
      ANAPLAN_BASE_URL: proxy.baseUrl,
      ...(socket === undefined ? {} : { ANAPLAN_SOCKET: socket }),
    };
    const ended = await context.system.runInPlace(command, environment, "all");
    return programExit(command, ended, context.talk);
  }
  return {
    kind: "stream",
    stream: serveUntilTheEnd(opened, options, settings.profile, flags, context),
  };
}

/** The one line, and then nothing until a signal comes. Its exit code is the signal's. */
async function* serveUntilTheEnd(
  opened: OpenProxy,
  { fence, socket }: ProxyOptions,
  profile: string,
  { json }: ProxyFlags,
  { system, talk }: CommandContext,
): AsyncGenerator<Uint8Array> {
  await using proxy = opened;
  const interruption = system.interruption();
  const data = {
    base_url: proxy.baseUrl,
    socket: socket ?? null,
    profile,
    read_only: fence.readOnly,
    only: fence.only,
    pid: (await system.proxying()).pid,
  };
  yield new TextEncoder().encode(`${json ? JSON.stringify(data) : proxy.baseUrl}\n`);
  if (system.terminal.stderr) talk.say(`Adding the token of profile ${profile}. Ctrl-C stops.`);
  await new Promise<void>((resolve) => {
    if (interruption.aborted) resolve();
    interruption.addEventListener("abort", () => resolve());
  });
}
