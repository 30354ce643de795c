// The modules of the program and what they import, as Deno itself sees them.
// Rule: asked of `deno info`, so that no import is overlooked.

/** One import of a module. */
export interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}

/** One module; the size is that of its file. */
export interface Module {
  readonly specifier: string;
  readonly size?: number;
  readonly dependencies?: readonly Dependency[];
}

/** The checkout. */
export const ROOT = new URL("../../", import.meta.url);

/** All modules reachable from main.ts, dynamic imports included. */
export async function modules(): Promise<readonly Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("main.ts", ROOT).pathname],
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

/** A module's path in the checkout, or its name when it is not there. */
export function pathOf(specifier: string): string {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
}

/** What is loaded with some modules: their static imports and theirs, types left out; sorted. */
export function staticClosure(all: readonly Module[], ...entries: readonly string[]): Module[] {
  const bySpecifier = new Map(all.map((module) => [module.specifier, module]));
  const seen = new Map<string, Module>();
  const visit = (specifier: string): void => {
    if (seen.has(specifier)) return;
    const module = bySpecifier.get(specifier) ?? { specifier };
    seen.set(specifier, module);
    for (const { code, isDynamic } of module.dependencies ?? []) {
      if (code?.specifier !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  for (const entry of entries) visit(new URL(entry, ROOT).href);
  return [...seen.values()].sort((a, b) => a.specifier < b.specifier ? -1 : 1);
}
