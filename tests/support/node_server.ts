// A server of node:http or node:https on a free port of this computer.
// Rule: it closes at once, whatever its connections are doing.
import type { Server, Socket } from "node:net";

/** A server that listens. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a loopback address; disposal cuts every connection. */
export async function listening(server: Server, address = "127.0.0.1"): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      resolve(typeof bound === "object" ? bound?.port ?? 0 : 0);
    });
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
