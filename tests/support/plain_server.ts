// A plain HTTP server on a free port, which answers as a test says.
// Rule: on 127.0.0.1 only, and gone on disposal.

/** A server, and the requests that it heard. */
export interface PlainServer extends AsyncDisposable {
  /** Its origin. */
  readonly url: string;
  readonly heard: readonly Request[];
}

/** Starts a server that answers every request in the same way. */
export function plainServer(
  answer: (request: Request) => Response | Promise<Response>,
): PlainServer {
  const heard: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    heard.push(request);
    return answer(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    heard,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
