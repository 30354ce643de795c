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
import { lazyLoader, type TreeCommand, type TreeContext } from "./loading.ts";
import { parseDuration, parseText } from "../../base/parse.ts";

const SCHEMES: readonly TokenScheme[] = ["AnaplanAuthToken", "Bearer"];

function scheme(brief: string) {
  return { kind: "enum", values: SCHEMES, optional: true, brief } as const;
}

/** `token`. */
export const token: TreeCommand = buildCommand<TokenFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/token.ts")).token),
  parameters: {
    flags: {
      header: yes("Print the whole Authorization header"),
      scheme: scheme(
        "Scheme of the header; AnaplanAuthToken by default, Bearer for other providers",
      ),
      minValid: time("How long the token must still be valid; 1m by default", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: { brief: COMMANDS.token.brief },
});

/** `api`. */
export const api: TreeCommand = buildCommand<ApiFlags, [path: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/api.ts")).api),
  parameters: {
    flags: {
      method: text("GET, or POST when there is data", "METHOD"),
      data: text("What to send: text, @FILE or - (stdin); JSON by default", "DATA"),
      header: texts('Add a header, such as "Accept: text/csv"', "HEADER"),
      include: yes("Also print the status and the headers"),
      raw: yes("Print the answer unchanged, also on a terminal"),
      paginate: yes("Fetch all pages of a list, as one array"),
      lines: yes("With --paginate: one item per line"),
      chunks: yes("Fetch all chunks of a file, in order"),
      output: text("Save the answer in FILE once it is complete", "FILE", "file"),
      scheme: scheme("How to send the token, if the API needs another way"),
      ...COMMON_FLAGS,
    },
    aliases: { X: "method", d: "data", H: "header", i: "include", o: "output" },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "A path, or a whole URL", parse: parseText, placeholder: "PATH" }],
    },
  },
  docs: { brief: COMMANDS.api.brief },
});

/** `exec`. */
export const exec: TreeCommand = buildCommand<ExecFlags, string[], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/exec.ts")).exec),
  parameters: {
    flags: {
      minValid: time("How long the token must still be valid; 10m by default", parseDuration),
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
  docs: { brief: COMMANDS.exec.brief },
});

/** `proxy`. */
export const proxy: TreeCommand = buildCommand<ProxyFlags, string[], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/proxy.ts")).proxy),
  parameters: {
    flags: {
      port: {
        kind: "parsed",
        parse: parsePort,
        optional: true,
        brief: "Listen on this port; by default on any free port",
        placeholder: "PORT",
      },
      socket: text("Listen on a Unix socket instead of a port", "PATH", "file"),
      readOnly: yes("Pass on only GET and HEAD"),
      only: texts("Pass on only this path and the paths below it", "PATH"),
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
  docs: { brief: COMMANDS.proxy.brief },
});

/** A port to listen on. */
function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error("give a number from 1 to 65535");
  return port;
}
