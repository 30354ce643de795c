// What the requests of the proxy share. Rule: the server is a real one that answers nothing.
import { assertRejects } from "@std/assert";
import { openPool } from "../../src/system/http_pool.ts";
import type { Peer } from "../../src/system/contract.ts";

const A_MOMENT = 50;

Deno.test("a connection that is in use keeps its deadline when its pool is closed", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = server.accept();
  let peer: Peer | undefined;
  {
    using pool = openPool([]);
    const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
    peer = await pool.connect(url, new AbortController().signal);
  }
  using _connection = await accepted;
  const late = setTimeout(() => _connection.close(), 4_000);
  if (peer !== undefined) peer.deadline = performance.now() + A_MOMENT;
  await assertRejects(() => peer?.read(new Uint8Array(1)) ?? Promise.resolve());
  clearTimeout(late);
});
