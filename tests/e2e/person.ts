// What a person does while `login` waits for them.
// Rule: they see what the program printed and what the browser shows, nothing else.
import type { Program } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";

/** A person with a browser; `pastes` says that they need a stdin to write to. */
export interface Person {
  readonly pastes: boolean;
  act(program: Pick<Program, "write">, address: string): Promise<void>;
}

const PEOPLE: readonly (readonly [RegExp, Person])[] = [
  [/^approves$/, watching(async (_, address) => void await browse(address))],
  [/^declines$/, watching(async (_, address) => void await browse(address, { decide: "decline" }))],
  [/^does nothing$/, watching(() => Promise.resolve())],
  [
    /^is sent back with login_required$/,
    watching(async (_, address) => {
      const { searchParams } = new URL(address);
      const back = new URL(searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("error", "login_required");
      back.searchParams.set("state", searchParams.get("state") ?? "");
      await browse(back.href);
    }),
  ],
  [/^pastes the address$/, pasting((address) => address.href)],
  [
    /^declines and pastes the address$/,
    pasting((address) => address.href, "decline"),
  ],
  [
    /^pastes the address with quotes and blanks$/,
    pasting(({ href }) => `\n\n  "${href.slice(0, 40)} ${href.slice(40)}"`),
  ],
  [/^pastes the bare code$/, pasting(({ searchParams }) => searchParams.get("code") ?? "")],
  [
    /^pastes the address of another sign-in$/,
    pasting((address) => {
      address.searchParams.set("state", "the-state-of-another-sign-in");
      return address.href;
    }),
  ],
];

/** The user who does that. */
export function parsePerson(what: string): Person {
  const found = PEOPLE.find(([pattern]) => pattern.test(what));
  if (found === undefined) throw new Error(`There is no user who ${what}`);
  return found[1];
}

function watching(act: Person["act"]): Person {
  return { pastes: false, act };
}

/** Signs in where no listener is, and pastes what is made of the address on which that ends. */
function pasting(made: (address: URL) => string, decide?: "decline"): Person {
  return {
    pastes: true,
    async act(program, address) {
      const { url } = await browse(address, decide === undefined ? {} : { decide });
      await program.write(`${made(new URL(url))}\n`);
    },
  };
}
