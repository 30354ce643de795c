// The branch of the tree that is made for scripts. Rule: words only; what a command does is loaded when it
// is run.

import { buildCommand } from "@stricli/core";
import type { TokenScheme } from "../../provider/belonging.ts";
import type { ApiFlags } from "../../commands/api.ts";
import type { ExecFlags } from "../../commands/exec.ts";
import type { ProxyFlags } from "../../commands/proxy.ts";
import type { TokenFlags } from "../../commands/token.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS, text, texts, time, yes } from "./flags.ts";
import { DONE_AND_USAGE, loading, type TreeCommand, type TreeContext } from "./loading.ts";
import { parseDuration, parseText } from "./parse.ts";

const SCHEMES: readonly TokenScheme[] = ["AnaplanAuthToken", "Bearer"];

function scheme(brief: string) {
  return { kind: "enum", values: SCHEMES, optional: true, brief } as const;
}

/** `token`. */
export const token: TreeCommand = buildCommand<TokenFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/token.ts")).token),
  parameters: {
    flags: {
      header: yes("Print the whole Authorization header"),
      scheme: scheme(
        "The header's scheme; AnaplanAuthToken by default, Bearer at another provider",
      ),
      minValid: time("How much longer it must be good; 1m by default", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: COMMANDS.token.brief,
    fullDescription: `Example: anaplan-auth token --header
${DONE_AND_USAGE}, 3 sign in first, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved`,
  },
});

/** `api`. */
export const api: TreeCommand = buildCommand<ApiFlags, [path: string], TreeContext>({
  loader: loading(async () => (await import("../../commands/api.ts")).api),
  parameters: {
    flags: {
      method: text("GET, or POST when there is data", "METHOD"),
      data: text("What to send: a text, @FILE, or - for stdin; JSON unless -H says", "DATA"),
      header: texts('One more header, such as "Accept: text/csv"', "HEADER"),
      include: yes("Print the status and the headers, too"),
      raw: yes("Print the answer on a terminal as it came"),
      paginate: yes("Fetch all pages of a list, as one array"),
      lines: yes("With --paginate: one item a line"),
      chunks: yes("Fetch all chunks of a file, one after the other"),
      output: text("Save the answer in a file, once it is whole", "FILE", "file"),
      scheme: scheme("How the token is sent, where the API wants another way"),
      ...COMMON_FLAGS,
    },
    aliases: { X: "method", d: "data", H: "header", i: "include", o: "output" },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "A path, or a whole URL", parse: parseText, placeholder: "PATH" }],
    },
  },
  docs: {
    brief: COMMANDS.api.brief,
    fullDescription: `Example: anaplan-auth api /2/0/workspaces --paginate
${DONE_AND_USAGE}, 3 sign in first, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login or the file cannot be saved,
8 the API refused the call; its answer is printed`,
  },
});

/** `exec`. */
export const exec: TreeCommand = buildCommand<ExecFlags, string[], TreeContext>({
  loader: loading(async () => (await import("../../commands/exec.ts")).exec),
  parameters: {
    flags: {
      minValid: time("How much longer the token must be good; 10m by default", parseDuration),
      ...COMMON_FLAGS,
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "The program and its arguments",
        parse: String,
        placeholder: "-- PROGRAM [ARGUMENT…]",
      },
    },
  },
  docs: {
    brief: COMMANDS.exec.brief,
    fullDescription:
      `Example: anaplan-auth exec -- sh -c 'echo "\${#ANAPLAN_ACCESS_TOKEN} characters"'
Exit codes: the program's own; 126 it cannot be run, 127 it is not there;
before it ran: 2 usage, 3 sign in first, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved`,
  },
});

/** `proxy`. */
export const proxy: TreeCommand = buildCommand<ProxyFlags, string[], TreeContext>({
  loader: loading(async () => (await import("../../commands/proxy.ts")).proxy),
  parameters: {
    flags: {
      port: {
        kind: "parsed",
        parse: parsePort,
        optional: true,
        brief: "Listen on this port; on any that is free by default",
        placeholder: "PORT",
      },
      socket: text("Listen on a Unix socket, and on no port", "PATH", "file"),
      readOnly: yes("Pass on GET and HEAD alone"),
      only: texts("Pass on what is at this path or below it", "PATH"),
      ...COMMON_FLAGS,
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "A program to run, which finds the address in ANAPLAN_BASE_URL",
        parse: String,
        placeholder: "[-- PROGRAM [ARGUMENT…]]",
      },
    },
  },
  docs: {
    brief: COMMANDS.proxy.brief,
    fullDescription: `Example: anaplan-auth proxy --read-only -- python3 report.py
${DONE_AND_USAGE}, 7 the socket cannot be private, 130 interrupted,
143 ended; with a program its own, 126 it cannot be run, 127 it is not there`,
  },
});

/** A port to listen on. */
function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error("give a number from 1 to 65535");
  return port;
}
