// What tests need of npm: whether a registry can be reached, and what to say when not.
import type { Tool } from "./needs.ts";

/** npm, where it is installed and reaches a registry with the Deno that is tested with. */
export async function findNpm(): Promise<Tool> {
  const hint = "npm and a registry that it can reach";
  try {
    const { success } = await new Deno.Command("npm", {
      args: ["view", `deno@${Deno.version.deno}`, "version", "--fetch-retries=0"],
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(30_000),
    }).output();
    return { path: success ? "npm" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}
