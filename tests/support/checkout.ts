// A copy of the checkout, for what writes into it.
import { cp } from "node:fs/promises";
import { PROJECT_DIRECTORY } from "./task_command.ts";

const SOURCES = ["src", "types", "tools", "tests/sandbox", "main.ts", "LICENSE", "deno.json"];
const DEPENDENCIES = ["deno.lock"];

/** Copies what `deno task install` needs. */
export async function copyCheckout(directory: string): Promise<void> {
  for (const name of [...SOURCES, ...DEPENDENCIES]) {
    await cp(`${PROJECT_DIRECTORY}${name}`, `${directory}/${name}`, { recursive: true });
  }
}
