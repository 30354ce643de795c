// The texts that a piece of source can come to, without running it. Rule: what is known at run time only is
// a hole; a constant is read where it is used.

/** The placeholder for a value that is known at run time only. */
export const HOLE = "{…}";

/** A node of the syntax tree (ESTree). */
export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The names in a block, and their values; `undefined` for a value that is not known beforehand. */
export type Scope = ReadonlyMap<string, Node | undefined>;

/** What is known on the way through a file. */
export interface Reading {
  /** What is listed already. */
  readonly told: Set<Node>;
  /** The constants that were read where they are used. */
  readonly used: Set<Node>;
  /** What would have made too many variants, and is listed by itself. */
  readonly apart: string[];
}

/** More ways to say one thing than this are not multiplied out. */
const MOST_WAYS = 4;

/** Whether it is a node, and no list or value. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** Whether the node is a text, or put together from some. */
export function isText(node: Node): boolean {
  const { type, value, operator } = node;
  return (type === "Literal" && typeof value === "string") || type === "TemplateLiteral" ||
    type === "TaggedTemplateExpression" || (type === "BinaryExpression" && operator === "+") ||
    isCommand(node);
}

/** Whether the node is a call that makes a command (src/base/words.ts). */
function isCommand({ type, callee }: Node): boolean {
  return type === "CallExpression" && ["run", "signIn", "shell"].includes(nameOf(callee) ?? "");
}

/** What the tree leaves for the program's name. */
const PLACE = "{anaplan-auth}";

/** The name of an identifier. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && typeof node.name === "string" ? node.name : undefined;
}

/** What a node's own constants and parameters are called. */
export function scopesOf(node: Node): readonly Scope[] {
  if (node.type === "Program" || node.type === "BlockStatement") {
    const statements = (node.body as readonly Node[]).map((one) =>
      one.type === "ExportNamedDeclaration" && isNode(one.declaration) ? one.declaration : one
    );
    const constants = statements.filter(({ kind }) => kind === "const").flatMap((
      { declarations },
    ) => declarations as readonly Node[]);
    return [
      new Map(
        constants.flatMap(({ id, init }) =>
          namesIn(id).map((name) =>
            [name, nameOf(id) === name && isNode(init) ? init : undefined] as const
          )
        ),
      ),
    ];
  }
  const parameters = Array.isArray(node.params) ? node.params : [];
  return [new Map(parameters.flatMap(namesIn).map((name) => [name, undefined] as const))];
}

/** The names that a pattern binds. */
function namesIn(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  const name = nameOf(pattern);
  if (name !== undefined) return [name];
  const inside = [
    pattern.properties,
    pattern.elements,
    pattern.value,
    pattern.left,
    pattern.argument,
  ];
  return inside.flat().flatMap(namesIn);
}

/** Every text that the node can come to. */
export function waysOf(node: Node, scopes: readonly Scope[], reading: Reading): readonly string[] {
  const ways = (child: unknown): readonly string[] => waysOf(child as Node, scopes, reading);
  const joined = (starts: readonly string[], ends: readonly string[]): readonly string[] =>
    together(starts, ends, reading);
  if (isText(node)) reading.told.add(node);
  if (node.type === "Literal" && typeof node.value === "string") {
    return [node.value.replaceAll(PLACE, "anaplan-auth")];
  }
  if (node.type === "TaggedTemplateExpression") return ways(node.quasi);
  if (isCommand(node)) return commandWays(node, ways);
  if (node.type === "TemplateLiteral") {
    const [first = "", ...others] = (node.quasis as readonly Quasi[]).map(({ value }) =>
      value.cooked.replaceAll(PLACE, "anaplan-auth")
    );
    const holes = node.expressions as readonly Node[];
    return others.flatMap((text, index) => [ways(holes[index]), [text]]).reduce(joined, [first]);
  }
  if (node.type === "BinaryExpression" && node.operator === "+") {
    return joined(ways(node.left), ways(node.right));
  }
  if (node.type === "ConditionalExpression") {
    return ["consequent", "alternate"].flatMap((key) => ways(node[key]));
  }
  if (node.type === "ParenthesizedExpression") return ways(node.expression);
  const name = nameOf(node);
  if (name === "anaplanAuth") return ["anaplan-auth"]; // in a help page
  const known = name === undefined ? undefined : scopes.find((scope) => scope.has(name))?.get(name);
  if (known === undefined || !isChosen(known)) return [HOLE];
  reading.used.add(known);
  return waysOf(known, scopes, reading);
}

/** A command as it is written where the program is installed, in the default profile. */
function commandWays(
  { callee, arguments: given }: Node,
  ways: (child: unknown) => readonly string[],
): readonly string[] {
  const [first, details] = given as readonly Node[];
  const flags = ((details?.properties ?? []) as readonly Node[]).find(({ key }) =>
    nameOf(key) === "flags"
  );
  const behind = flags === undefined ? [""] : ways(flags.value).map((text) => ` ${text}`);
  const texts = (first === undefined ? [""] : ways(first)).flatMap((text) =>
    behind.map((more) => text + more)
  );
  if (nameOf(callee) === "shell") return texts;
  const name = nameOf(callee) === "signIn" ? "anaplan-auth login" : "anaplan-auth";
  return texts.map((text) => text === "" ? name : `${name} ${text}`);
}

interface Quasi {
  readonly value: { readonly cooked: string };
}

/** Whether a constant is a text, so that it can be read where it is used. */
function isChosen(node: Node): boolean {
  return isText(node) || node.type === "ConditionalExpression";
}

/** Each way to begin with each way to go on; too many of them are a hole. */
function together(
  starts: readonly string[],
  ends: readonly string[],
  { apart }: Reading,
): readonly string[] {
  const isMany = starts.length * ends.length > MOST_WAYS;
  if (isMany) apart.push(...ends);
  return starts.flatMap((start) => (isMany ? [HOLE] : ends).map((end) => start + end));
}
