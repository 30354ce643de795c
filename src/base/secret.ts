// Keeps a secret out of every text by accident. Rule: only `.reveal()` gives the value back, and the
// architecture test names the files that may call it.

const MASK = "[secret]";

/** A token, code, verifier or client secret; printing, JSON and inspection show `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the wire, the disk or the user who asked for it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether both hold the same value; for finding out if a stored token was replaced, not for authentication. */
  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#value === other.#value;
  }

  /** Whether it has no other characters than tokens have (RFC 6749, appendix A). */
  isToken(): boolean {
    return /^[\x20-\x7e]+$/.test(this.#value);
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return MASK;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
