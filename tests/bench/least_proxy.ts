// The smallest proxy by `fetch`: the floor for the latency of `proxy`. Rule: whatever can be left out is left out.

const env = (name: string): string => Deno.env.get(name) ?? "";
const { accessToken } = JSON.parse(Deno.readTextFileSync(env("LOGIN_FILE")));
const client = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(env("CA_FILE"))] });
const headers = { authorization: `AnaplanAuthToken ${accessToken}` };

async function converse(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(4_096);
  while (true) {
    const length = await connection.read(buffer);
    if (length === null) return connection.close();
    const [, path] = new TextDecoder().decode(buffer.subarray(0, length)).split(" ");
    const body = await (await fetch(`${env("ORIGIN")}${path}`, { headers, client })).bytes();
    const head = new TextEncoder().encode(
      `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    const whole = new Uint8Array(head.length + body.length);
    whole.set(head);
    whole.set(body, head.length);
    await connection.write(whole);
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(new TextEncoder().encode(`http://127.0.0.1:${listener.addr.port}/\n`));
for await (const connection of listener) void converse(connection);
