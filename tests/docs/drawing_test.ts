// The drawing of the layers in ARCHITECTURE.md, held against what the modules import.
// Rule: a box names files that exist, and an arrow is an import of one of them by another.
import { assert, assertEquals } from "@std/assert";
import { localPath, modules } from "../support/module_graph.ts";
import { blocksOf } from "../support/pages.ts";

Deno.test("every box of the drawn layers exists, and every arrow is an import", async () => {
  const drawings = (await blocksOf("ARCHITECTURE.md")).filter((b) => b.language === "mermaid");
  const text = drawings.find((drawing) => drawing.text.startsWith("flowchart"))?.text ?? "";
  const boxes = new Map(
    [...text.matchAll(/(\w+)\["([^"<]+)/g)].map(([, id = "", names = ""]) => [
      id,
      names.split(", "),
    ]),
  );
  const arrows = [...text.matchAll(/^ *(\w+)(?:\[.*?\])? --> (\w+)/gm)]
    .map(([, from = "", to = ""]) => [from, to] as const);
  assert(boxes.size >= 10 && arrows.length >= boxes.size, "the drawing was not understood");
  const all = await modules();
  const imports = all.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map(({ code, type }) =>
      [localPath(specifier), localPath(code?.specifier ?? type?.specifier ?? "")] as const
    )
  );
  const isIn = (path: string, id: string): boolean =>
    (boxes.get(id) ?? []).some((name) =>
      path === name || (name.endsWith("/") && path.startsWith(name))
    );
  const drawn = [...boxes.values()].flat();
  const paths = all.map(({ specifier }) => localPath(specifier));
  assertEquals(drawn.filter((name) => !paths.some((path) => path.startsWith(name))), []);
  const wrong = arrows.filter(([from, to]) =>
    !imports.some(([importer, imported]) => isIn(importer, from) && isIn(imported, to))
  );
  assertEquals(wrong, []);
});
