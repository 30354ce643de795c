// The bundle's small buffers and events, beside Node's: for the calls that pg makes they do the same.
import { assertEquals, assertThrows } from "@std/assert";
import { Buffer as NodeBuffer } from "node:buffer";
import { EventEmitter as NodeEmitter } from "node:events";
import { Buffer, EventEmitter } from "../../tools/small_node.js";

const TEXTS = ["", "select 1", "Größe \u{1F511} \u2028", "\ufeffmark", "lone \ud800 half"];

for (const text of TEXTS) {
  Deno.test(`a text is written, counted and read as Node does: ${JSON.stringify(text)}`, () => {
    const [small, node] = [Buffer, NodeBuffer].map((kind) => {
      const bytes = kind.allocUnsafe(64).fill(7);
      const written = bytes.write(text, 3, "utf-8");
      return [
        ...[written, kind.byteLength(text), [...bytes], [...kind.from(text)]],
        ...[bytes.toString("utf-8", 3, 3 + written), kind.from(text).toString("base64")],
        kind.from(text).toString("hex"),
      ];
    });
    assertEquals(small, node);
  });
}

Deno.test("numbers, copies, views and joined buffers are as Node's", () => {
  const [small, node] = [Buffer, NodeBuffer].map((kind) => {
    const bytes = kind.alloc(16);
    bytes.writeInt32BE(-5, 0);
    bytes.writeInt16BE(-2, 4);
    bytes.writeUInt32BE(4_000_000_000, 6);
    const target = kind.alloc(8);
    bytes.copy(target, 2, 0, 4);
    const view = bytes.slice(0, 2);
    view[0] = 9; // a view, and no copy
    const joined = kind.concat([kind.from([1, 2]), bytes.slice(6, 10)]);
    const numbers = [bytes.readInt32BE(0), bytes.readInt16BE(4), bytes.readUInt32BE(6)];
    const salt = kind.from("c2FsdA==", "base64");
    return [[...bytes], [...target], [...joined], numbers, [...salt], kind.isBuffer(joined)];
  });
  assertEquals(small, node);
  for (const kind of [Buffer, NodeBuffer]) {
    assertThrows(() => kind.alloc(3).readInt32BE(0), RangeError);
    assertThrows(() => kind.alloc(3).readUInt32BE(2), RangeError);
  }
});

Deno.test("events come in order, once where that was asked, and an error that none hears is thrown", () => {
  const [small, node] = [EventEmitter, NodeEmitter].map((kind) => {
    const heard: unknown[] = [];
    const emitter = new kind();
    emitter.on("newListener", (name: string) => heard.push(`new ${name}`));
    emitter.once("a", (value: unknown) => heard.push(["once", value]));
    emitter.on("a", (...values: unknown[]) => heard.push(["on", ...values]));
    heard.push(emitter.emit("a", 1, 2), emitter.emit("a", 3), emitter.emit("none"));
    return heard;
  });
  assertEquals(small, node);
  assertThrows(() => new EventEmitter().emit("error", new Error("unheard")), Error, "unheard");
});
