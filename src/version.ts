// The version. Rule: a constant, since reading it from a file would cost every start.

/** The version of the program, the same as in deno.json (a test compares them). */
export const VERSION = "0.1.0";
