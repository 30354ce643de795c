// A program for `$BROWSER` that opens nothing, and writes down what it was started with.
// Rule: what it was given is read from its file, once that is whole.
import { bareEnvironment } from "./program.ts";

/** A browser that was or will be started. */
export interface RecordingBrowser {
  /** What `$BROWSER` is set to. */
  readonly command: string;
  /** Its arguments, once it was started. */
  args(): Promise<string[]>;
}

/** Makes the program in a directory that no other user can open. */
export async function recordingBrowser(directory: string): Promise<RecordingBrowser> {
  const { PATH = "" } = await bareEnvironment(directory);
  const command = `${directory}/recording-browser`;
  const script = `#!/bin/sh
PATH='${PATH}'
printf '%s\\n' "$@" > '${command}.part'
mv '${command}.part' '${command}.args'
sleep 0.3 # who looks at the processes sees it
`;
  await Deno.writeTextFile(command, script, { mode: 0o700 });
  return {
    command,
    async args() {
      for (let tries = 0; tries < 200; tries++) {
        const text = await Deno.readTextFile(`${command}.args`).catch(() => undefined);
        if (text !== undefined) return text.trimEnd().split("\n");
        await new Promise((resolve) => setTimeout(() => resolve(undefined), 50));
      }
      throw new Error("The browser was not started");
    },
  };
}
