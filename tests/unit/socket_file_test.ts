// The file of a Unix socket. Rule: real sockets in a directory of the test; the other program comes at the worst moment.
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { prepareSocket } from "../../src/files/socket_file.ts";

const ON_UNIX = { ignore: Deno.build.os === "windows" };

function listenAt(path: string): Deno.UnixListener {
  return Deno.listen({ transport: "unix", path });
}

Deno.test(
  "of two programs that find the same dead socket, the later one leaves the earlier one's alone",
  ON_UNIX,
  async () => {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/s`;
    {
      using _dead = listenAt(`${path}.other`);
      await Deno.link(`${path}.other`, path); // Deno removes the name that it knows
    }
    {
      using later = await prepareSocket(path);
      using _listener = listenAt(later.stage);
      await Deno.remove(path);
      using _earlier = listenAt(path);
      const { ino } = await Deno.lstat(path);
      assertThrows(() => later.publish(), CliError, "another program listens there");
      assertEquals((await Deno.lstat(path)).ino, ino);
      (await Deno.connect({ transport: "unix", path })).close();
    }
    await Deno.remove(directory, { recursive: true });
  },
);
