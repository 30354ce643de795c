// The relay: when the registered redirect URI is not on this computer, a bookmarklet or a static page
// there carries the answer to the listener. Rule: it navigates, never fetches, and its target is this
// computer, whatever it is given; so it is no open redirector (RFC 9700, section 4.11).

import { pageHtml, pagePolicy, sourceHash } from "./page_look.ts";

/** Where a relay may lead: the same computer under one of its two names. */
export type RelayHost = "127.0.0.1" | "localhost";

/** The path of the listener when the redirect URI is somewhere else. */
export const RELAY_PATH = "/callback";

/** What an authorization response may carry; a relay hands on nothing else. */
export const PARAMETERS: readonly string[] = ["code", "state", "error", "error_description", "iss"];

/** The state of an attempt whose answer a relay carries: the listener's port comes first, in the open. */
export function relayState(port: number, random: string): string {
  return `${port}.${random}`;
}

/** The bookmarklet, as one line for the address of a bookmark. */
export function bookmarklet(host: RelayHost): string {
  const script = `(function(){${relayScript(host, "alert")}})()`;
  return `javascript:${encodeURIComponent(script)}`;
}

/** A page that does the same by itself, for a URL that a company hosts; it loads nothing. */
export async function relayPage(host: RelayHost): Promise<string> {
  const script = `const tell=(text)=>{document.getElementById("told").textContent=text};${
    relayScript(host, "tell")
  }`;
  const policy = await pagePolicy(`script-src ${await sourceHash(script)}`);
  return pageHtml({
    mark: "onward",
    heading: "Back to the terminal",
    head: `<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="${policy}">
`,
    body:
      `<p id="told" role="status">This page hands your sign-in on to anaplan-auth on this computer.</p>
<noscript><p class="small">That needs JavaScript, which is off here. Copy the whole address of this page, and
paste it at the terminal where anaplan-auth waits.</p></noscript>`,
    foot: "anaplan-auth relay",
    tail: `<script>${script}</script>\n`,
  });
}

/**
 * The script of both. It forgets the query first, so that code and state stay out of the history and of
 * the Referer header, and takes only the digits of the port from what it is given.
 */
function relayScript(host: RelayHost, tell: string): string {
  return [
    "const q=new URLSearchParams(location.search),t=new URLSearchParams",
    `for(const n of ${JSON.stringify(PARAMETERS)})if(q.has(n))t.set(n,q.get(n))`,
    "const m=/^(\\d{1,5})\\.[\\w-]{43}$/.exec(t.get('state')||'')",
    "history.replaceState(null,'',location.pathname)",
    `if(m&&(t.has('code')||t.has('error')))location.replace('https://${host}:'+m[1]+'${RELAY_PATH}?'+t)`,
    `else ${tell}('There is no answer for anaplan-auth on this page.')`,
  ].join(";");
}
