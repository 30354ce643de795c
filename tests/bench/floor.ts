// The smallest Deno program that does the same work by hand: the floor that nothing of ours can go below.
// Rule: no check, no lock, no error message, no flag; whatever can be left out is left out.

const env = (name: string): string => Deno.env.get(name) ?? "";
const FILE = env("TOKEN_FILE");

const load = () => JSON.parse(Deno.readTextFileSync(FILE));

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

async function post(fields: Record<string, string>): Promise<void> {
  const secret = { client_id: env("CLIENT"), client_secret: env("SECRET") };
  const answer = await ask(env("TOKEN_URL"), {
    method: "POST",
    body: new URLSearchParams({ ...fields, ...secret }),
  });
  const temporary = `${FILE}.new`;
  const expires_at = Date.now() / 1000 + answer.expires_in;
  using file = Deno.openSync(temporary, { write: true, create: true, mode: 0o600 });
  file.writeSync(new TextEncoder().encode(JSON.stringify({ ...answer, expires_at })));
  file.syncSync();
  Deno.renameSync(temporary, FILE);
}

async function ask(url: string, init: RequestInit) {
  using client = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(env("CA_FILE"))] });
  return await (await fetch(url, { ...init, client })).json();
}

function token(): void {
  if (load().expires_at - Date.now() / 1000 < 60) Deno.exit(1);
  print(load().access_token);
}

async function whoami(): Promise<string> {
  const authorization = `AnaplanAuthToken ${load().access_token}`;
  return (await ask(`${env("API_URL")}/2/0/users/me`, { headers: { authorization } })).user.email;
}

function login(): void {
  const address = new URL(env("AUTHORIZATION_URL"));
  address.search = String(
    new URLSearchParams({
      response_type: "code",
      client_id: env("CLIENT"),
      redirect_uri: env("REDIRECT_URI"),
      scope: "openid email offline_access",
      state: crypto.randomUUID(),
    }),
  );
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: Number(env("PORT")),
    cert: Deno.readTextFileSync(env("CERT_FILE")),
    key: Deno.readTextFileSync(env("KEY_FILE")),
    onListen: () => Deno.stderr.writeSync(new TextEncoder().encode(`${address}\n`)),
  }, async (request) => {
    const code = new URL(request.url).searchParams.get("code") ?? "";
    await post({ grant_type: "authorization_code", code, redirect_uri: env("REDIRECT_URI") });
    const email = await whoami();
    setTimeout(() => server.shutdown().then(() => Deno.exit(0)), 0);
    return new Response(`Signed in as ${email}`, { headers: { connection: "close" } });
  });
}

const commands: Readonly<Record<string, () => unknown>> = {
  token,
  refresh: () => post({ grant_type: "refresh_token", refresh_token: load().refresh_token }),
  whoami: async () => print(await whoami()),
  login,
};
await commands[Deno.args[0] ?? ""]?.();
