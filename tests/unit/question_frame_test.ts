// What a question looks like on a screen, and which answer Enter gives.
import { assertEquals } from "@std/assert";
import type { Question } from "../../src/system/terminal_contract.ts";
import {
  answeredFrame,
  type Answering,
  answerOf,
  matchingChoices,
  openFrame,
  problemOf,
  startOf,
} from "../../src/system/question_frame.ts";

const CHOICES = [
  { value: "us1", note: "US East" },
  { value: "us2", note: "US West" },
  { value: "eu2", note: "Germany" },
];

function question(fields: Partial<Question> = {}): Question {
  return { text: "Region", plain: true, signal: AbortSignal.timeout(0), ...fields };
}

function typing(typed: string, at = 0, problem: string | undefined = undefined): Answering {
  return { typed, withCursor: `${typed}█`, at, problem };
}

const SEARCHES: readonly (readonly [string, readonly string[]])[] = [
  ["", ["us1", "us2", "eu2"]],
  ["us", ["us1", "us2"]],
  ["GERM", ["eu2"]],
  ["us west", ["us2"]],
  ["eu2", ["eu2"]],
  ["nowhere", []],
];
for (const [typed, values] of SEARCHES) {
  Deno.test(`"${typed}" leaves ${values.length} of three choices`, () => {
    const found = matchingChoices(question({ choices: CHOICES }), typed);
    assertEquals(found.map(({ value }) => value), values);
  });
}

Deno.test("Enter gives the choice that is pointed at, at first the one that is offered", () => {
  const asked = question({ choices: CHOICES, initial: "eu2" });
  assertEquals(startOf(asked), 2);
  assertEquals(answerOf(asked, typing("", 2)), "eu2");
  assertEquals(answerOf(asked, typing("us", 1)), "us2");
});

Deno.test("where none of the choices fits, Enter gives nothing but a reason", () => {
  assertEquals(
    problemOf(question({ choices: CHOICES }), typing("nowhere")),
    "Nothing matches that.",
  );
});

Deno.test("what a text means besides is chosen, and a line says why there are several", () => {
  const meant = (typed: string) =>
    typed === "here" ? { values: ["us1", "eu2"], note: "2 are here." } : undefined;
  const asked = question({ choices: CHOICES, meant });
  assertEquals(matchingChoices(asked, "here").map(({ value }) => value), ["us1", "eu2"]);
  assertEquals(answerOf(asked, typing("here", 1)), "eu2");
  assertEquals(openFrame(asked, typing("here"), 80).includes("2 are here."), true);
  assertEquals(matchingChoices(asked, "elsewhere"), []);
});

Deno.test("where another answer than the choices may be typed, it is taken without its blanks", () => {
  const asked = question({ choices: CHOICES, open: true });
  assertEquals(answerOf(asked, typing(" elsewhere ")), "elsewhere");
  assertEquals(problemOf(asked, typing("elsewhere")), undefined);
});

Deno.test("the answer is beside its question, or below it where the terminal is narrow", () => {
  const asked = question({ shown: (answer) => answer });
  assertEquals(answeredFrame(asked, "us1", 80), `${"Region".padEnd(15)}us1`);
  assertEquals(answeredFrame(asked, "us1", 40), "Region\n  us1");
});

Deno.test("an answered question leaves what was above it and itself, or nothing", () => {
  const above = [{ text: "Before", shown: "yes" }];
  assertEquals(answeredFrame(question({ above }), "us1", 40), "");
  const kept = question({ above, shown: (answer) => answer });
  assertEquals(answeredFrame(kept, "us1", 40), "Before\n  yes\nRegion\n  us1");
});

Deno.test("a hidden answer that is offered is not shown", () => {
  const frame = openFrame(question({ hidden: true, initial: "hush" }), typing(""), 80);
  assertEquals(frame.includes("hush"), false);
});

Deno.test("seven choices are seen at a time, around the one that is pointed at", () => {
  const choices = Array.from({ length: 20 }, (_, at) => ({ value: `v${at}`, note: "" }));
  const lines = openFrame(question({ choices }), typing("", 10), 80).split("\n");
  assertEquals(lines.filter((line) => /^ {15}[› ] v/.test(line)).length, 7);
  assertEquals(lines.filter((line) => line.includes("›")), [`${" ".repeat(15)}› v10`]);
  assertEquals(lines.includes(`${" ".repeat(15)}  and 6 more`), true);
});

Deno.test("no line of a question is wider than the terminal, as far as its words allow", () => {
  const hint = "As a variable: ANAPLAN_REGION. A long sentence that has to be broken somewhere.";
  const choices = [{ value: "https://127.0.0.1:8443/callback", note: "this computer, by address" }];
  const frame = openFrame(
    question({ hint, choices, problem: () => "no" }),
    typing("", 0, "no"),
    40,
  );
  assertEquals(frame.split("\n").filter((line) => line.length > 40), []);
});

Deno.test("Esc is said once there is a question to go back to", () => {
  const above = [{ text: "Region", shown: "us1" }];
  assertEquals(openFrame(question(), typing(""), 80).includes("Esc"), false);
  assertEquals(openFrame(question({ above }), typing(""), 80).includes("Esc goes back."), true);
});
