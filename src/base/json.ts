// Reads JSON that others wrote, field by field and without trust. Rule: pure, and no text that was
// read is ever in an error.

/** A JSON object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

interface FieldTypes {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

/** The field's value when it has the type; `undefined` when it is missing or of another type. */
export function field<T extends keyof FieldTypes>(
  fields: Fields,
  name: string,
  type: T,
): FieldTypes[T] | undefined {
  const value = fields[name];
  // deno-lint-ignore valid-typeof
  return typeof value === type ? value as FieldTypes[T] : undefined;
}

/** The field's value when it is a time, in milliseconds since the epoch, that a date can hold. */
export function timeField(fields: Fields, name: string): number | undefined {
  const time = field(fields, name, "number");
  return time !== undefined && Math.abs(time) <= LAST_DATE ? time : undefined;
}

/** The last moment that a Date can hold (ECMA-262, 21.4.1.1). */
const LAST_DATE = 8.64e15;

/** Whether a host name, as the URL parser writes it, is this computer (RFC 8252, section 7.3). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** What keeps a text from being an endpoint, in words; https, except on this computer. */
export function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return "it is not a URL";
  if (text.startsWith("https://") && !text.includes("#")) return undefined; // the first `new URL` takes half a millisecond
  const url = new URL(text);
  const isPlain = url.protocol === "http:" && isLoopbackHost(url.hostname);
  if (url.protocol !== "https:" && !isPlain) return "it needs https://";
  return url.hash === "" ? undefined : "it has a fragment (#…)";
}

/** The field's value when it is a JSON object. */
export function objectField(fields: Fields, name: string): Fields | undefined {
  return asObject(fields[name]);
}

/** The texts in a list; `undefined` for what is no list. */
export function textList(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : undefined;
}

/** The value when it is a JSON object. */
export function asObject(value: unknown): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Fields : undefined;
}

/** Why a file is not read, and not replaced: that version may keep what this one does not know. */
export class NewerVersion extends Error {
  override readonly message = "it was written by a newer version of anaplan-auth";
}

/**
 * The JSON object in a text.
 *
 * @throws {Error} when the text is not JSON, or JSON but no object.
 */
export function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON"); // the parser's own message quotes the text
  }
  const object = asObject(value);
  if (object === undefined) throw new Error("it is not a JSON object");
  return object;
}

/** The version of the files that this program writes; that of a login is its own. */
export const FILE_VERSION = 1;

/**
 * The fields of a file that this program wrote.
 *
 * @throws {Error} as {@link parseObject}, when another program wrote it, or a newer version.
 */
export function parseFile(text: string): Fields {
  const fields = parseObject(text);
  const version = field(fields, "version", "number") ?? 0;
  if (version < FILE_VERSION) throw new Error("it is not a file of anaplan-auth");
  if (version > FILE_VERSION) throw new NewerVersion();
  return fields;
}

type Defined<T> =
  & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** What `valueOf` makes of each name. */
export function fieldsOf<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value,
): { [N in Name]: Value } {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as { [N in Name]: Value };
}

/** The object without the fields that are undefined; so they can meet exact optional types. */
export function onlyDefined<T extends object>(object: T): Defined<T> {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Defined<T>;
}
