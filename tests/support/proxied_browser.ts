// The way to the outside for a scripted browser behind the company's proxy.
// Rule: only other hosts go through it; a browser reaches this computer directly, as real ones do.
import type { Proxy } from "./proxy.ts";
import type { Outside } from "./scripted_browser.ts";

/** Reaches other hosts through the proxy, as a browser of the company that trusts its authority. */
export function through({ url, caPem, credentials = "" }: Proxy): Outside {
  const [username = "", password = ""] = credentials.split(":");
  return async (request) => {
    using client = Deno.createHttpClient({
      caCerts: [caPem],
      poolMaxIdlePerHost: 0,
      proxy: { url, ...(username === "" ? {} : { basicAuth: { username, password } }) },
    });
    const response = await fetch(request, { redirect: "manual", client });
    const { status, headers } = response;
    return new Response(await response.text() || null, { status, headers });
  };
}
