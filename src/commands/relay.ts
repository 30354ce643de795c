// relay: what carries the answer from a registered page elsewhere to the listener here.

import { run, words } from "../base/words.ts";
import type { CommandContext, CommonFlags, Verbatim } from "../command.ts";
import { bookmarklet, type RelayHost, relayPage } from "../oauth/relay.ts";

export interface RelayFlags extends CommonFlags {
  /** Under which of its names the browser reaches this computer. */
  readonly host?: RelayHost;
}

/** Prints a bookmarklet, to be clicked on the page where the sign-in ended. */
export function relayBookmarklet(flags: RelayFlags, { talk }: CommandContext): Promise<Verbatim> {
  talk.say(
    "Make a bookmark, and put the line below in the place of its address. During a\n" +
      "sign-in, click it on the page that your browser ends on.\n",
  );
  const text = bookmarklet(flags.host ?? "127.0.0.1");
  return Promise.resolve({ kind: "verbatim", text, data: { bookmarklet: text } });
}

/** Prints a page, to be hosted at the registered redirect URI. */
export async function relayPageCommand(
  flags: RelayFlags,
  { talk }: CommandContext,
): Promise<Verbatim> {
  talk.say(
    words`Save this as a static page (${run("relay page > callback.html")}). Host it${
      " at an https address of your company. Register that address as a callback URL" +
      " of the OAuth client.\n"
    }`,
  );
  const text = (await relayPage(flags.host ?? "127.0.0.1")).trimEnd();
  return { kind: "verbatim", text, data: { page: text } };
}
