// A stdin or a file that cannot be read, such as what nohup puts in the place of a terminal. Rule: it is no bug of the
// program, and none is read for ever.
import { assert, assertEquals } from "@std/assert";
import { type StaleLogin, staleLogin, writeJson } from "./stale_login.ts";
import { isUsable, runBounded, runWrapped } from "./wrapped.ts";

const NOWHERE = "https://127.0.0.1:1";
const SERVICE = {
  endpoints: { authorization: NOWHERE, token: NOWHERE, apiUrl: NOWHERE, authUrl: NOWHERE },
  caFile: "/dev/null",
};

const STDINS: Readonly<Record<string, string>> = {
  "open for writing only": "0>/dev/null",
  "a directory": "0</tmp",
};
const COMMANDS: readonly (readonly string[])[] = [
  ["login", "--paste", "--no-browser"],
  ["login", "--paste", "--no-browser", "--client-secret-stdin"],
  ["api", "/2/0/users/me", "-d", "-"],
];

/** A login that is fresh, so that nothing is asked before stdin is. */
async function freshLogin(): Promise<StaleLogin> {
  const fields = { obtainedAt: Date.now(), expiresAt: Date.now() + 1_800_000 };
  const home = await staleLogin(SERVICE, fields);
  await writeJson(home, "profiles/default.json", { clientId: "a-client", apiUrl: NOWHERE });
  return home;
}

for (const [what, redirection] of Object.entries(STDINS)) {
  const wrapper = ["sh", "-c", `exec "$@" ${redirection}`, "sh"];
  for (const argv of COMMANDS) {
    Deno.test({
      name: `${argv.join(" ")}: a stdin that is ${what} is a usage error`,
      ignore: !isUsable(wrapper),
      async fn() {
        await using home = await freshLogin();
        const { code, stderr } = await runWrapped(wrapper, argv, { home: home.path });
        assertEquals(code, 2, stderr);
        assert(/\nNext: (send|put) /.test(stderr), stderr);
      },
    });
  }
}

const ON_LINUX = { ignore: Deno.build.os !== "linux" };

Deno.test("a file without an end is no secret", ON_LINUX, async () => {
  await using home = await freshLogin();
  const argv = ["login", "--paste", "--no-browser", "--client-secret-file", "/dev/zero"];
  const { code, stderr } = await runBounded(argv, { home: home.path });
  assertEquals(code, 2, stderr);
  assert(stderr.includes("Cannot read /dev/zero: it is too large"), stderr);
});
