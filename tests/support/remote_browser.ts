// A browser on another computer: it signs in, and cannot reach this one's listener.
// Rule: for a sandbox that answers by itself; it follows redirects as long as they stay there.
import type { Sandbox } from "../sandbox/contract.ts";

const MOST_STEPS = 10;

/** The address on which the sign-in ends, which no browser has opened. */
export async function addressAfterSignIn(
  { caPem, origin }: Sandbox,
  address: string,
): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [caPem] });
  const cookies = new Map<string, string>();
  let url = new URL(address);
  for (let step = 0; step < MOST_STEPS && url.origin === origin; step++) {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "user-agent": "Mozilla/5.0 (another computer)" };
    const response = await fetch(url, { headers, redirect: "manual", client });
    await response.body?.cancel();
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    url = new URL(response.headers.get("location") ?? "", url);
  }
  return url.href;
}
