// The prose in source files: comments, and the names of tests. Rule: found with a parser; code in backticks is
// left out.
import { parseSync } from "npm:rolldown@1.3.2/utils";
import { isNode, nameOf, type Node } from "./source_texts.ts";

/** The comments of a file; lines that follow each other are one text. */
export function commentsOf(path: string, source: string): string[] {
  const texts: string[] = [];
  let end = -1;
  for (const comment of parseSync(path, source).comments) {
    const isNext = /^\s*$/.test(source.slice(end, comment.start)) && comment.type === "Line";
    const text = plain(comment.value);
    if (end >= 0 && isNext) texts.push(`${texts.pop()} ${text}`);
    else texts.push(text);
    end = comment.end;
  }
  return texts;
}

/** The names of tests in a file: of calls, in `name`, and the keys of tables that read as a sentence. */
export function testNamesOf(path: string, source: string): string[] {
  const names: string[] = [];
  visit(parseSync(path, source).program as unknown as Node);
  return names;

  function visit(node: Node): void {
    if (node.type === "CallExpression" && isTest(node.callee)) {
      for (const argument of node.arguments as readonly Node[]) add(argument);
    }
    if (node.type === "Property") {
      add(node.key, 3);
      if (nameOf(node.key) === "name") add(node.value);
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child);
  }

  function add(node: unknown, leastWords = 1): void {
    if (!isNode(node)) return;
    const text = node.type === "TemplateLiteral"
      ? source.slice(Number(node.start), Number(node.end))
      : node.value;
    if (typeof text === "string" && text.split(" ").length >= leastWords) names.push(text);
  }
}

/** Whether it is `Deno.test`, a step, or a function of ours that makes a test. */
function isTest(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  return /^(test|step)$|Test$|^testW/.test(nameOf(callee) ?? nameOf(callee.property) ?? "");
}

function plain(comment: string): string {
  return comment.replace(/^\s*\*+/gm, "").replace(/`[^`]*`/g, "CODE").replace(/\s+/g, " ").trim();
}
