// Loads oidc-provider, once for all sandboxes of a process.
// Rule: one known warning is dropped while it loads; every other message gets through.
// @ts-types="@types/oidc-provider"
import type { Provider } from "oidc-provider";

/**
 * Loads oidc-provider without its one line about Deno not being Node.
 *
 * It still works, and a line on standard error would look like the program's.
 */
export async function loadProvider(): Promise<typeof Provider> {
  const { warn } = console;
  // deno-lint-ignore no-console
  console.warn = (...message): void => {
    if (!String(message[0]).includes("Unsupported runtime")) warn(...message);
  };
  try {
    return (await import("oidc-provider")).Provider;
  } finally {
    // deno-lint-ignore no-console
    console.warn = warn;
  }
}
