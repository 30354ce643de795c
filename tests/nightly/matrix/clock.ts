// Sets the clock of the program's computer ahead or behind.
// Rule: by libfaketime, when a Deno with it shows another time; else the server's times are shifted.
import type { Client } from "./server_state.ts";

/** A clock of this computer, by what is wrong with it. */
export interface Clock {
  readonly name: "right" | "ahead" | "behind";
  /** How far it is ahead of the true time, in milliseconds. */
  readonly shift: number;
}

const TEN_MINUTES = 600_000;

/** The three states of the clock that the matrix has. */
export const CLOCKS: readonly Clock[] = [
  { name: "right", shift: 0 },
  { name: "ahead", shift: TEN_MINUTES },
  { name: "behind", shift: -TEN_MINUTES },
];

/** The clock that is right. */
export const RIGHT_CLOCK: Clock = { name: "right", shift: 0 };

/** Debian's package `faketime`; the dynamic linker knows what `$LIB` is. */
const LIBRARY = "/usr/$LIB/faketime/libfaketime.so.1";

/** The environment in which a program sees the clock; one that the library cannot set is the server's. */
export async function setClock(
  clock: Clock,
  client: Client,
): Promise<Readonly<Record<string, string>>> {
  if (clock.shift === 0) return {};
  if (await hasFaketime()) return environment(clock.shift);
  client.clockShift = clock.shift;
  return {};
}

/** The present time by this clock, in milliseconds since the epoch. */
export async function timeBy(clock: Clock): Promise<number> {
  return Date.now() + (await hasFaketime() ? clock.shift : 0);
}

function environment(shift: number): Readonly<Record<string, string>> {
  const seconds = shift / 1000;
  return {
    LD_PRELOAD: LIBRARY,
    FAKETIME: seconds < 0 ? `${seconds}` : `+${seconds}`,
    DONT_FAKE_MONOTONIC: "1", // a clock that is wrong runs on as any other
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    NO_FAKE_STAT: "1",
  };
}

let found: Promise<boolean> | undefined;

/** Whether a Deno under libfaketime sees another time. */
export function hasFaketime(): Promise<boolean> {
  found ??= (async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "console.log(Date.now())"],
      env: environment(TEN_MINUTES),
      stderr: "null",
    }).output();
    return Number(new TextDecoder().decode(stdout)) > Date.now() + TEN_MINUTES / 2;
  })();
  return found;
}
