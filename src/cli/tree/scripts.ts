// The branch of the tree that is made for scripts. Rule: words only; what a command does is loaded when it
// is run.

import type { TokenScheme } from "../../provider/belonging.ts";
import { COMMANDS } from "./commands.ts";
import { allArguments, command, oneOf, text, texts, time, yes } from "./flags.ts";
import type { TreeCommand } from "./loading.ts";
import { parseDuration, parseText } from "../../base/parse.ts";

const SCHEMES: readonly TokenScheme[] = ["AnaplanAuthToken", "Bearer"];

export const token: TreeCommand = command(COMMANDS.token, COMMANDS.token.load, {
  flags: {
    header: yes("Print the whole Authorization header"),
    scheme: oneOf(
      SCHEMES,
      "Scheme of the header; AnaplanAuthToken by default, Bearer for other providers",
    ),
    minValid: time("How long the token must still be valid; 1m by default", parseDuration),
  },
});

export const api: TreeCommand = command(COMMANDS.api, COMMANDS.api.load, {
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
    scheme: oneOf(SCHEMES, "How to send the token, if the API needs another way"),
  },
  aliases: { X: "method", d: "data", H: "header", i: "include", o: "output" },
  positional: {
    kind: "tuple",
    parameters: [{ brief: "A path, or a whole URL", parse: parseText, placeholder: "PATH" }],
  },
});

export const exec: TreeCommand = command(
  COMMANDS.exec,
  async () => (await import("../../commands/exec.ts")).exec,
  {
    flags: {
      minValid: time("How long the token must still be valid; 10m by default", parseDuration),
    },
    positional: allArguments("The program and its arguments", "-- PROGRAM [ARGUMENT…]"),
  },
);

export const proxy: TreeCommand = command(
  COMMANDS.proxy,
  async () => (await import("../../commands/proxy.ts")).proxy,
  {
    flags: {
      port: {
        ...text("Listen on this port; by default on any free port", "PORT"),
        parse: parsePort,
      },
      socket: text("Listen on a Unix socket instead of a port", "PATH", "file"),
      readOnly: yes("Pass on only GET and HEAD"),
      only: texts("Pass on only this path and the paths below it", "PATH"),
    },
    positional: allArguments(
      "A program to run, which finds the address in ANAPLAN_BASE_URL",
      "[-- PROGRAM [ARGUMENT…]]",
    ),
  },
);

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error("give a number from 1 to 65535");
  return port;
}
