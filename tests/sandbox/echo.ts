// Answers a call with what arrived, for calls that no list or file is like.
// Rule: a token is never sent back.
import { sendJson } from "./answers.ts";
import type { Exchange } from "./exchange.ts";

/** `/2/0/echo`, by any method; the answer to HEAD is the headers alone. */
export function echo(exchange: Exchange): void {
  const { method, url, headers, body } = exchange;
  const [scheme] = (headers.authorization ?? "").split(" ");
  sendJson(exchange, 200, {
    method,
    headers: { ...headers, authorization: scheme },
    query: queryOf(url.searchParams),
    body,
  });
}

/** A name that comes more than once has all its values, in order. */
function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const values = (name: string): string | string[] => {
    const [first = "", ...others] = parameters.getAll(name);
    return others.length === 0 ? first : [first, ...others];
  };
  return Object.fromEntries([...parameters.keys()].map((name) => [name, values(name)]));
}
