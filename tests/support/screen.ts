// What is on a terminal's screen after all that was written to it.
// Rule: pure; knows the few control sequences that command-line programs use, and forgets nothing that
// scrolled away.

/** The lines on the screen, without blanks at their ends. */
export function screenText(output: string, columns: number): string {
  const screen: Screen = { rows: [[]], row: 0, column: 0 };
  // deno-lint-ignore no-control-regex
  const shown = output.replace(/\x1b\][^\x07\x1b]*(\x07|\x1b\\)/g, ""); // a link's target is not seen
  // deno-lint-ignore no-control-regex
  const pieces = shown.matchAll(/\x1b\[([?\d;]*)([@-~])|\x1b[^[]|[^]/gu);
  for (const [piece, parameters, command] of pieces) {
    if (command !== undefined) control(screen, command, parameters ?? "");
    else if (piece.length === 1 || !piece.startsWith("\x1b")) put(screen, piece, columns);
  }
  return screen.rows.map((row) => row.join("").trimEnd()).join("\n").trimEnd();
}

interface Screen {
  readonly rows: string[][];
  row: number;
  column: number;
}

function put(screen: Screen, character: string, columns: number): void {
  if (character === "\r") screen.column = 0;
  else if (character === "\n") moveTo(screen, screen.row + 1, screen.column);
  else if (character === "\b") screen.column = Math.max(0, screen.column - 1);
  else if (character >= " ") {
    if (screen.column >= columns) moveTo(screen, screen.row + 1, 0);
    const row = rowAt(screen);
    while (row.length < screen.column) row.push(" ");
    row[screen.column++] = character;
  }
}

function control(screen: Screen, command: string, parameters: string): void {
  const count = Number(parameters.split(";")[0]) || 0;
  const row = rowAt(screen);
  if (command === "A") moveTo(screen, screen.row - Math.max(1, count), screen.column);
  else if (command === "B") moveTo(screen, screen.row + Math.max(1, count), screen.column);
  else if (command === "C") screen.column += Math.max(1, count);
  else if (command === "D") screen.column = Math.max(0, screen.column - Math.max(1, count));
  else if (command === "G") screen.column = Math.max(0, count - 1);
  else if (command === "K" && count === 0) row.length = Math.min(row.length, screen.column);
  else if (command === "K") row.length = 0;
  else if (command === "J" && count === 0) {
    row.length = Math.min(row.length, screen.column);
    screen.rows.length = screen.row + 1;
  }
}

function moveTo(screen: Screen, row: number, column: number): void {
  screen.row = Math.max(0, row);
  screen.column = column;
  while (screen.rows.length <= screen.row) screen.rows.push([]);
}

function rowAt({ rows, row }: Screen): string[] {
  return rows[row] ?? [];
}
