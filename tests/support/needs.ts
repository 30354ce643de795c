// Tests that need a tool which a machine may lack.
// Rule: without it they are skipped by a name that says how to get it, and in CI they fail.

/** A tool, and how to get it. */
export interface Tool {
  /** Where it is; undefined when the machine lacks it. */
  readonly path: string | undefined;
  readonly hint: string;
}

/** A test that is given the tool's path, and its own context for steps. */
export function testWith(
  { path, hint }: Tool,
  name: string,
  fn: (path: string, test: Deno.TestContext) => Promise<void>,
  options: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources"> = {},
): void {
  const isNeeded = Deno.env.get("CI") === "true";
  Deno.test({
    ...options,
    name: path === undefined ? `${name} (needs ${hint})` : name,
    ignore: path === undefined && !isNeeded,
    fn: async (test) => {
      if (path === undefined) throw new Error(`This test needs ${hint}`);
      await fn(path, test);
    },
  });
}

/** Python 3 where terminals are its business: it opens a pseudo-terminal. */
export async function findPython(): Promise<Tool> {
  const hint = "python3: apt-get install python3";
  try {
    const { success, stdout } = await new Deno.Command("python3", {
      args: ["-c", "import sys, termios; print(sys.executable)"],
      stderr: "null",
    }).output();
    return { path: success ? new TextDecoder().decode(stdout).trim() : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Linux's strace, where it may trace. */
export function findStrace(): Tool {
  const hint = "strace: apt-get install strace";
  try {
    const { success } = new Deno.Command("strace", {
      args: ["-o", "/dev/null", "--kill-on-exit", "true"],
      stderr: "null",
    }).outputSync();
    return { path: success ? "strace" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** A shell of Debian's, by its name. */
export function findShell(name: "bash" | "zsh" | "fish"): Tool {
  const hint = `${name}: apt-get install ${name}`;
  const path = ["/usr/bin", "/bin", "/usr/local/bin"].map((folder) => `${folder}/${name}`)
    .find((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    });
  return { path, hint };
}

/** NSS's certutil, which sets what Chromium trusts. */
export function findCertutil(): Tool {
  const hint = "certutil: apt-get install libnss3-tools";
  const path = "/usr/bin/certutil";
  try {
    return { path: Deno.statSync(path).isFile ? path : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export function findChromium(): Tool {
  const hint = "Chromium: apt-get install chromium";
  const path = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  try {
    return { path: Deno.statSync(path).isFile ? path : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** A Python that has `requests`: not every one on the PATH is Debian's. */
export async function findPythonRequests(): Promise<Tool> {
  const hint = "requests: apt-get install python3-requests";
  for (const path of ["python3", "/usr/bin/python3"]) {
    try {
      const args = ["-c", "import requests"];
      const { success } = await new Deno.Command(path, { args, stderr: "null" }).output();
      if (success) return { path, hint };
    } catch {
      // there is no such program
    }
  }
  return { path: undefined, hint };
}

/** Node, which is there where `npx` is. */
export async function findNode(): Promise<Tool> {
  const hint = "node: apt-get install nodejs";
  try {
    const { success } = await new Deno.Command("node", { args: ["--version"] }).output();
    return { path: success ? "node" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}
