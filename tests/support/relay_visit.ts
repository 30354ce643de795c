// A browser that runs a relay's script, made of fakes that remember what was done to them.
// Rule: the script is run unchanged; whatever it touches that is not here throws.

/** What a relay's script did. */
export interface RelayVisit {
  /** Everything in its order: `replaceState /path`, `replace https://…`, `tell …`. */
  readonly done: readonly string[];
  /** Where the browser was sent. */
  readonly targets: readonly string[];
  readonly told: readonly string[];
}

/** Runs the script on a page with that query. */
export function visitRelay(script: string, search: string, pathname = "/"): RelayVisit {
  const done: string[] = [];
  const targets: string[] = [];
  const told: string[] = [];
  const tell = (text: string): void => {
    done.push(`tell ${text}`);
    told.push(text);
  };
  const location = {
    search,
    pathname,
    replace(url: string) {
      done.push(`replace ${url}`);
      targets.push(url);
    },
  };
  const history = {
    replaceState: (_state: unknown, _title: string, url: string) =>
      void done.push(`replaceState ${url}`),
  };
  const element = {
    set textContent(text: string) {
      tell(text);
    },
  };
  const document = { getElementById: () => element };
  const unreachable = (): never => {
    throw new Error("a relay navigates, and never fetches");
  };
  new Function("location", "history", "alert", "document", "fetch", "XMLHttpRequest", script)(
    location,
    history,
    tell,
    document,
    unreachable,
    unreachable,
  );
  return { done, targets, told };
}

/** The script in a bookmarklet's address, as a browser decodes it. */
export function scriptOfBookmarklet(address: string): string {
  return decodeURIComponent(address.replace(/^javascript:/, ""));
}

/** The one script in a relay's page. */
export function scriptOfPage(page: string): string {
  const scripts = Array.from(page.matchAll(/<script[^>]*>([^<]*)<\/script>/g), ([, text]) => text);
  const [script, ...others] = scripts;
  if (script === undefined || others.length > 0) throw new Error("one script was expected");
  return script;
}
