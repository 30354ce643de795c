// What the bundle gives `pg` in place of node:buffer and node:events, which load for 4 ms. Rule: it does what Node's do,
// for the calls that `pg` makes, and has no others.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes. */
export class Buffer extends Uint8Array {
  static alloc(length) {
    return new Buffer(length);
  }
  static allocUnsafe(length) {
    return new Buffer(length);
  }
  static byteLength(text) {
    return ENCODER.encode(text).length;
  }
  static concat(pieces) {
    const whole = new Buffer(pieces.reduce((length, piece) => length + piece.length, 0));
    let offset = 0;
    for (const piece of pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }
  static from(value, ...rest) {
    if (typeof value !== "string") return new Buffer(value, ...rest);
    return new Buffer(rest[0] === "base64" ? Uint8Array.fromBase64(value) : ENCODER.encode(value));
  }
  static isBuffer(value) {
    return value instanceof Buffer;
  }
  copy(target, targetStart = 0, start = 0, end = this.length) {
    target.set(this.subarray(start, end), targetStart);
  }
  slice(start, end) {
    return this.subarray(start, end);
  }
  toString(encoding = "utf8", start = 0, end = this.length) {
    if (encoding === "base64") return this.toBase64();
    return encoding === "hex" ? this.toHex() : DECODER.decode(this.subarray(start, end));
  }
  write(text, offset = 0) {
    return ENCODER.encodeInto(text, this.subarray(offset)).written;
  }
  #view() {
    return new DataView(this.buffer, this.byteOffset, this.length); // what is beyond its end throws
  }
  readInt16BE(offset) {
    return this.#view().getInt16(offset);
  }
  readInt32BE(offset) {
    return this.#view().getInt32(offset);
  }
  readUInt32BE(offset) {
    return this.#view().getUint32(offset);
  }
  writeInt16BE(value, offset) {
    this.#view().setInt16(offset, value);
  }
  writeInt32BE(value, offset) {
    this.#view().setInt32(offset, value);
  }
  writeUInt32BE(value, offset) {
    this.#view().setUint32(offset, value);
  }
}

/** What others listen to. */
export class EventEmitter {
  #listeners = new Map();
  on(name, heard) {
    if (this.#listeners.has("newListener")) this.emit("newListener", name, heard);
    this.#listeners.set(name, [...this.#listeners.get(name) ?? [], heard]);
    return this;
  }
  once(name, heard) {
    const first = (...given) => {
      this.removeListener(name, first);
      heard.apply(this, given);
    };
    return this.on(name, first);
  }
  removeListener(name, heard) {
    const left = this.#listeners.get(name)?.filter((each) => each !== heard) ?? [];
    this.#listeners.set(name, left);
    return this;
  }
  emit(name, ...given) {
    const all = this.#listeners.get(name) ?? [];
    if (name === "error" && all.length === 0) throw given[0];
    for (const heard of all) heard.apply(this, given);
    return all.length > 0;
  }
}
