// Every sentence in the source of the program, found with a parser. Rule: what is filled in at run time
// is {…}; what is chosen between two texts is both of them.
import { parseSync } from "npm:rolldown@1.3.2/utils";
import {
  isNode,
  isText,
  nameOf,
  type Node,
  type Reading,
  type Scope,
  scopesOf,
  waysOf,
} from "./source_texts.ts";

export { HOLE } from "./source_texts.ts";

/** Where a sentence is said. */
export type MessageKind = "error" | "next" | "say" | "insist" | "warn" | "check" | "text";

/** One sentence of one file. */
export interface Message {
  readonly kind: MessageKind;
  readonly text: string;
}

/** The sentences of one error: what it says, and whether it comes with advice. */
export interface ErrorMessage {
  readonly texts: readonly string[];
  readonly hasNext: boolean;
}

/** What one file says. */
export interface FileMessages {
  readonly messages: readonly Message[];
  readonly errors: readonly ErrorMessage[];
}

/** All sentences of the file, in its order. */
export function messagesOf(path: string, source: string): FileMessages {
  const program = parseSync(path, source).program as unknown as Node;
  const { used } = read(program, source, new Set()); // constants that are listed where they are used
  return read(program, source, used);
}

function read(program: Node, source: string, known: ReadonlySet<Node>): FileMessages & Reading {
  const messages: Message[] = [];
  const errors: ErrorMessage[] = [];
  const reading: Reading = { told: new Set(known), used: new Set(known), apart: [] };
  const { told, used, apart } = reading;
  visit(program, [], "text");
  return { messages, errors, told, used, apart };

  function visit(node: Node, outer: readonly Scope[], kind: MessageKind): void {
    if (told.has(node) || NOT_SAID.test(node.type)) return;
    const scopes = [...scopesOf(node), ...outer];
    if (isError(node)) tellError(node, scopes);
    else if (isText(node)) tell(node, scopes, kind);
    for (const [key, child] of Object.entries(node)) {
      for (const [index, one] of (Array.isArray(child) ? child : [child]).entries()) {
        if (isNode(one)) visit(one, scopes, kindOf(node, key, index) ?? kind);
      }
    }
  }

  function tell(node: Node, scopes: readonly Scope[], kind: MessageKind): void {
    const texts = waysOf(node, scopes, reading);
    for (const text of [...texts, ...apart.splice(0)].flatMap(spoken)) {
      messages.push({ kind, text });
    }
  }

  function tellError(node: Node, scopes: readonly Scope[]): void {
    const [, message, details] = node.arguments as readonly (Node | undefined)[];
    if (message === undefined) return;
    const texts = waysOf(message, scopes, reading).filter((text) => /[a-z]/i.test(text));
    messages.push(...texts.map((text) => ({ kind: "error", text }) as const));
    messages.push(
      ...apart.splice(0).flatMap(spoken).map((text) => ({ kind: "text", text }) as const),
    );
    const named = details === undefined
      ? ""
      : source.slice(Number(details.start), Number(details.end));
    errors.push({ texts, hasNext: /\bnext\b/.test(named) });
  }
}

/** Node types in which nothing is said to a person: imports, types, and what a bug throws. */
const NOT_SAID = /^(Import|TS(Literal|Type|Interface)|ExportAll)/;

function isError(node: Node): boolean {
  return node.type === "NewExpression" && nameOf(node.callee) === "CliError";
}

/** The sentences of a text: of HTML the text between the tags, of code what it quotes. */
function spoken(text: string): string[] {
  if (TAG.test(text)) return text.split(/<[^>]*>/).flatMap(spoken);
  if (CODE.test(text)) {
    return [...text.matchAll(/'([A-Z][^'\n]* [^'\n]*\.)'/g)].map(([, quoted = ""]) => quoted);
  }
  const line = onOneLine(text);
  return isSentence(line) ? [line] : [];
}

/** Scripts, policies and types, for machines. */
const CODE =
  /^const |=>|[;{]\s*\n|\w\([^)]*\)\)|\('|=\$|^(default-src|script-src|style-src|M\d|frame-ancestors|text\/html)/;
const TAG = /<\/?(html|p|h1|main|code|noscript|script|span|svg|circle|path|a|footer)\b/;

function onOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ⏎ ");
}

/** Words with a blank between them. */
function isSentence(text: string): boolean {
  return /\p{L}[\p{L}\d.,:;)"']* ["'(-]*[\p{L}\d]|\} \p{L}\p{L}|\p{L}[,:]? \{/u.test(text);
}

/** How a child is said, when the node above it decides that. */
function kindOf(node: Node, key: string, index: number): MessageKind | undefined {
  if (node.type === "Property" && key === "value") {
    return nameOf(node.key) === "next" ? "next" : undefined;
  }
  if (node.type === "VariableDeclarator" && nameOf(node.id) === "next") return "next";
  if (node.type !== "CallExpression" || key !== "arguments") return undefined;
  const callee = node.callee as Node;
  const name = nameOf(callee.type === "MemberExpression" ? callee.property : callee);
  if (name === "say" || name === "insist" || name === "warn") return name;
  if (name === "ok" || name === "note" || name === "warning") return index === 2 ? "next" : "check";
  if (name === "problem") return index === 3 ? "next" : "check";
  return undefined;
}
