// Files and functions of the source that are long. Rule: measured on the syntax tree, comments included.
import { parseSync } from "npm:rolldown@1.3.2/utils";
import { isNode, nameOf, type Node } from "./source_texts.ts";

/** How many lines a text has. */
export function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}

/** The functions of a file that have more lines than that, from the first word to the closing brace. */
export function longFunctions(path: string, source: string, most: number): Map<string, number> {
  const found = new Map<string, number>();
  visit(parseSync(path, source).program as unknown as Node, "");
  return found;

  function visit(node: Node, name: string): void {
    const own = nameOf(node.id) ?? nameOf(node.key) ?? name;
    if (/Function/.test(node.type)) {
      const lines = linesOf(source.slice(Number(node.start), Number(node.end)));
      const label = `${path} ${own || "(without a name)"}`;
      if (lines > most) found.set(label, Math.max(lines, found.get(label) ?? 0));
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, own);
  }
}
