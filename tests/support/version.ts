// The version that deno.json names.
// Rule: read from there, so that a test notices when the program says another.

/** The version. */
export const VERSION: string = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
).version;
