// clients/python/anaplan_auth.py with Debian's httpx and requests.
// Rule: the real program gives the tokens, and a real HTTPS server takes them or not.
import { assert, assertEquals } from "@std/assert";
import { staleLogin } from "../hostile/stale_login.ts";
import { installed } from "../support/installed.ts";
import { testWith, type Tool } from "../support/needs.ts";
import { HOUR, OLD_TOKEN, startUpstream, type Upstream } from "../support/proxy_scene.ts";

const MODULE = new URL("../../clients/python", import.meta.url).pathname;
const START = `
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
import httpx, requests
from anaplan_auth import AnaplanAuth, AnaplanAuthError
URL = os.environ["URL"]
auth = AnaplanAuth(hosts=["127.0.0.1"])
session = requests.Session()
session.auth = auth
session.verify = os.environ["CA"]
client = httpx.Client(auth=auth, verify=os.environ["CA"])
`;

/** A Python that has both. */
async function findPython(): Promise<Tool> {
  const hint = "httpx and requests: apt-get install python3-httpx python3-requests";
  for (const path of ["python3", "/usr/bin/python3"]) {
    const args = ["-c", "import httpx, requests"];
    const found = await new Deno.Command(path, { args, stderr: "null" }).output().catch(() =>
      undefined
    );
    if (found?.success) return { path, hint };
  }
  return { path: undefined, hint };
}

/** Runs a script for a login; gives what it printed, and the server that it asked. */
async function run(
  python: string,
  script: string,
  { fields = {}, prepare = () => {} }: {
    readonly fields?: Readonly<Record<string, unknown>>;
    readonly prepare?: (upstream: Upstream) => void;
  } = {},
): Promise<{ stdout: string; tokens: string[]; refreshes: number }> {
  await using upstream = await startUpstream();
  const { origin, caFile } = upstream;
  const endpoints = {
    authorization: `${origin}/a`,
    token: `${origin}/oauth/token`,
    apiUrl: origin,
    authUrl: origin,
  };
  await using home = await staleLogin({ endpoints, caFile }, {
    accessToken: OLD_TOKEN,
    obtainedAt: Date.now() - HOUR,
    expiresAt: Date.now() + HOUR,
    ...fields,
  });
  prepare(upstream);
  const machine = await installed(home.path, `${home.path}/bin`);
  await Deno.writeTextFile(`${home.path}/script.py`, START + script);
  const env = {
    PYTHONPATH: MODULE,
    URL: `${origin}/2/0/x`,
    CA: caFile,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const { code, stdout, stderr } = await machine.start([python, `${home.path}/script.py`], env);
  assertEquals([code, stderr], [0, ""]);
  const tokens = upstream.asked.map(({ headers }) => String(headers.authorization));
  return { stdout, tokens, refreshes: upstream.refreshes };
}

const PYTHON = await findPython();
const OLD = `AnaplanAuthToken ${OLD_TOKEN}`;
const NEW = "AnaplanAuthToken token-number-1";

testWith(
  PYTHON,
  "Python: httpx and requests send the token, which is asked for once",
  async (python) => {
    const { stdout, tokens } = await run(
      python,
      `
import subprocess, anaplan_auth
runs = []
real = subprocess.run
anaplan_auth.subprocess.run = lambda *a, **k: (runs.append(a), real(*a, **k))[1]
print(session.get(URL).status_code, client.get(URL).status_code, requests.get(URL, auth=auth, verify=session.verify).status_code, len(runs))
`,
    );
    assertEquals([stdout, tokens], ["200 200 200 1\n", [OLD, OLD, OLD]]);
  },
);

testWith(PYTHON, "Python: a token with less than a minute is not used", async (python) => {
  const { tokens, refreshes } = await run(python, "session.get(URL)\nclient.get(URL)\n", {
    fields: { expiresAt: Date.now() + 50_000 },
  });
  assertEquals([tokens, refreshes], [[NEW, NEW], 1]);
});

testWith(
  PYTHON,
  "Python: thirty threads cost one refresh after a 401, and each gets its answer",
  async (python) => {
    const { stdout, tokens, refreshes } = await run(
      python,
      `
auth.token()
get = lambda n: (session.post(URL, data="body") if n % 2 else client.post(URL, content="body")).status_code
with ThreadPoolExecutor(30) as pool: print(set(pool.map(get, range(30))))
`,
      {
        prepare: (upstream) => {
          upstream.answer = ({ headers, body }, response) => {
            const isGood = headers.authorization === NEW && body.length === 4;
            response.writeHead(isGood ? 200 : 401).end();
          };
        },
      },
    );
    assertEquals([stdout, refreshes], ["{200}\n", 1]);
    assertEquals(tokens.filter((token) => token === NEW).length, 30);
  },
);

testWith(PYTHON, "Python: an API that rejects every token costs one refresh", async (python) => {
  const { stdout, refreshes } = await run(
    python,
    `
print([session.get(URL).status_code for _ in range(3)], [client.get(URL).status_code for _ in range(3)])
`,
    {
      prepare: (upstream) => upstream.answer = (_asked, response) => response.writeHead(401).end(),
    },
  );
  assertEquals([stdout, refreshes], ["[401, 401, 401] [401, 401, 401]\n", 1]);
});

for (const missing of ["httpx", "requests"]) {
  testWith(PYTHON, `Python: ${missing} need not be installed`, async (python) => {
    const { stdout } = await run(
      python,
      `
sys.modules.pop("anaplan_auth")
for name in [name for name in sys.modules if name.split(".")[0] == "${missing}"]: sys.modules[name] = None
import anaplan_auth
print(anaplan_auth.AnaplanAuth().token())
`,
    );
    assertEquals(stdout, `${OLD_TOKEN}\n`);
  });
}

testWith(PYTHON, "Python: other hosts and plain http get no token", async (python) => {
  const { stdout } = await run(
    python,
    `
plain = AnaplanAuth()
request = requests.Request("GET", URL, auth=plain).prepare()
print("Authorization" in request.headers)
for url in ["http://api.anaplan.com/", "https://anaplan.com.evil.example/", "https://notanaplan.com/"]:
    print("Authorization" in requests.Request("GET", url, auth=plain).prepare().headers)
print(requests.Request("GET", "https://us9.api.anaplan.com/", auth=plain).prepare().headers["Authorization"])
`,
  );
  assertEquals(stdout, `False\nFalse\nFalse\nFalse\n${OLD}\n`);
});

testWith(
  PYTHON,
  "Python: what the program cannot do is an error with kind, message and next",
  async (python) => {
    const { stdout } = await run(
      python,
      `
for auth in [AnaplanAuth(profile="none"), AnaplanAuth(command="no-such-program"), AnaplanAuth(command=["true"])]:
    try: auth.token()
    except AnaplanAuthError as error: print(json.dumps([error.kind, error.message, error.next]))
`,
    );
    const [signIn, missing, other] = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(signIn, ["login_required", signIn[1], "anaplan-auth profile list"]);
    assertEquals(missing.slice(0, 2), [
      "not_installed",
      "Cannot run no-such-program: there is no such program",
    ]);
    assertEquals([other[0], other[2]], ["internal", null]);
    assert(!stdout.includes(OLD_TOKEN));
  },
);

testWith(
  PYTHON,
  "Python: a 401 after a redirect to another host, which gets no token, is an answer",
  async (python) => {
    const { stdout } = await run(
      python,
      `
auth._hosts = ["127.0.0.1", "localhost"]
print(session.get(URL).status_code)
`,
      {
        prepare(upstream) {
          const elsewhere = upstream.origin.replace("127.0.0.1", "localhost");
          upstream.answer = ({ headers }, response) => {
            const isFirst = String(headers.host).startsWith("127.");
            response.writeHead(isFirst ? 302 : 401, isFirst ? { location: `${elsewhere}/x` } : {});
            response.end();
          };
        },
      },
    );
    assertEquals(stdout, "401\n");
  },
);
