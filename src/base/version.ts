// The version. Rule: constants, since reading them from a file would cost every start.

/** The version of the program, the same as in deno.json (a test compares them). */
export const VERSION = "0.1.0";

/** What it was made from; `deno task bundle` writes the commit here. */
export const BUILD: string = "run from source";
