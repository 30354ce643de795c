// Declares the functions of @std that are used here: the npm edition carries the same code without
// its types. Pointing the import map at JSR makes this file unnecessary.

declare module "@std/assert" {
  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    errorClass?: new (...args: any[]) => E,
    messageIncludes?: string,
  ): Promise<E>;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    errorClass?: new (...args: any[]) => E,
    messageIncludes?: string,
  ): E;
  export function fail(message?: string): never;
}

declare module "@std/async/delay" {
  export function delay(
    milliseconds: number,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

declare module "@std/crypto/timing-safe-equal" {
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

declare module "@std/fmt/bytes" {
  export function format(length: number): string;
}

declare module "@std/html/entities" {
  export function escape(text: string): string;
}

declare module "@std/text/levenshtein-distance" {
  export function levenshteinDistance(a: string, b: string): number;
}
