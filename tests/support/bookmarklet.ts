// A click on a bookmarklet, without a browser: its script runs with a page's `location` and `history`.
// Rule: the text is the one that the program printed, decoded as a browser decodes a `javascript:` URL.

/** What a click did. */
export interface Clicked {
  /** Where the page went; `undefined` when it stayed. */
  readonly target: string | undefined;
  /** The page's own address afterwards, as the history has it. */
  readonly address: string;
  /** What was said in a box. */
  readonly told: string | undefined;
}

/** Clicks the bookmarklet on the page with this address. */
export function clickBookmarklet(text: string, address: string): Clicked {
  if (!text.startsWith("javascript:")) throw new Error(`Not a bookmarklet: ${text}`);
  const script = decodeURIComponent(text.slice("javascript:".length));
  const { search, pathname } = new URL(address);
  let clicked: Clicked = { target: undefined, address, told: undefined };
  const location = {
    search,
    pathname,
    replace: (target: string) => void (clicked = { ...clicked, target }),
  };
  const history = {
    replaceState: (_: unknown, __: unknown, path: string) =>
      void (clicked = { ...clicked, address: new URL(path, address).href }),
  };
  const alert = (told: string): void => void (clicked = { ...clicked, told });
  new Function("location", "history", "alert", script)(location, history, alert);
  return clicked;
}
