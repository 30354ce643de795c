// What the database's administrator and a listener on the wire can see. Rule: the tokens and the key that are looked for
// are those that were really there.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { asPostgres, findPostgres, PASSWORD, startPostgres } from "../support/postgres.ts";
import { filesWith, keyId } from "../support/sealed.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { exists } from "../support/temp_dir.ts";
import { tcpRelay } from "../support/tcp_relay.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  POSTGRES,
  "neither a dump nor the log nor the wire nor another computer's files have a token or the key",
  async (bin) => {
    const settings = [
      "log_statement=all",
      "log_min_duration_statement=0",
      "log_parameter_max_length=-1",
    ];
    await using postgres = await startPostgres(bin, { settings });
    await using relay = tcpRelay(postgres.port);
    const url = postgres.url.replace(`:${postgres.port}/`, `:${relay.port}/`);
    await using world = await sharedWorld(postgres, 2, { ANAPLAN_AUTH_STORE: url });
    const secrets = new Set<string>([world.key]);
    const note = async (): Promise<void> => {
      const { accessToken, refreshToken = "", clientSecret = "" } = await world.login();
      for (const secret of [accessToken, refreshToken, clientSecret]) {
        assert(secret.length > 10, secret);
        secrets.add(secret);
      }
    };
    await note();
    for (const home of [1, 0, 1]) {
      assertEquals((await world.run(home, ["refresh", "--verbose"])).code, 0);
      await note();
    }
    const dump = await asPostgres(
      `${bin}/pg_dump`,
      "-h",
      postgres.directory,
      "-p",
      `${postgres.port}`,
      "-U",
      "owner",
      "anaplan",
    );
    assertStringIncludes(dump, keyId(world.key), "the dump has the row");
    assertStringIncludes(
      postgres.log(),
      "UPDATE anaplan_auth_logins",
      "the log has the statements",
    );
    assertStringIncludes(relay.passed(), "UPDATE anaplan_auth_logins", "the wire was listened to");
    for (const secret of secrets) {
      for (const text of [dump, postgres.log(), relay.passed()]) {
        assertEquals(
          text.includes(secret),
          false,
        );
      }
    }
    assertEquals(relay.passed().includes(PASSWORD), false);
    const homes = world.homes.map(({ path }) => path);
    assertEquals(filesWith([...secrets, PASSWORD], homes), []);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a copy on a computer has no refresh token and no client secret, even with the key",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    assertEquals((await world.run(1, ["token"])).code, 0);
    const [path = ""] = world.kept(1, ".json");
    const { openByHand } = await import("../support/sealed.ts");
    const { login } = openByHand(Deno.readTextFileSync(path), world.key);
    const { accessToken } = await world.login();
    assertEquals([login.accessToken, login.refreshToken, login.clientSecret], [
      accessToken,
      undefined,
      undefined,
    ]);
  },
  OPTIONS,
);

testWith(POSTGRES, "a row that is moved to another profile or changed is refused", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 2);
  await postgres.sql(
    "INSERT INTO anaplan_auth_logins SELECT 'other', generation, login FROM anaplan_auth_logins",
  );
  const moved = await world.run(1, ["token", "--profile", "other"]);
  assertEquals(moved.code, 7);
  assertStringIncludes(moved.stderr, "it is the login of profile default");
  await postgres.sql("UPDATE anaplan_auth_logins SET settings = login WHERE profile = 'default'");
  const swapped = await world.run(1, ["token"]);
  assertStringIncludes(swapped.stderr, "it is the login of profile default; they are not used");
  const profiles = `${world.homes[1]?.configDir}/profiles`;
  assertEquals(exists(`${profiles}/default.json`), false, "a login's text becomes no settings");
}, OPTIONS);

testWith(
  POSTGRES,
  "seal with another key seals every row again, and the other computers need that key",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const byFile = { ANAPLAN_AUTH_KEY_FILE: "" };
    assertEquals((await world.run(0, ["seal", "--key-file", world.keyFile], byFile)).code, 0);
    const newFile = `${world.homes[0]?.path}/new-key`;
    await Deno.writeTextFile(newFile, btoa("n".repeat(32)));
    const sealed = await world.run(0, ["seal", "--key-file", newFile], byFile);
    assertEquals([sealed.code, sealed.stderr], [0, ""]);
    assertEquals(await world.column("key_id"), keyId(btoa("n".repeat(32))));
    assertEquals((await world.run(0, ["refresh"], byFile)).code, 0);
    const other = await world.run(1, ["refresh"]);
    assertEquals(other.code, 7);
    assertStringIncludes(other.stderr, "cannot be opened with key");
    const withKey = await world.run(1, ["refresh"], { ANAPLAN_AUTH_KEY_FILE: newFile });
    assertEquals([withKey.code, withKey.stderr], [0, ""]);
    const unsealed = await world.run(0, ["unseal", "--yes"], byFile);
    assertEquals(unsealed.code, 2, "a store is always sealed");
  },
  OPTIONS,
);
