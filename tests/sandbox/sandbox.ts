// Starts Anaplan in a box, and ends it.
// Rule: it listens on 127.0.0.1 only, and after disposal nothing of it is left.
import { createServer, type Server } from "node:https";
import { createAuthorizationServer, ROUTES } from "./authorization_server.ts";
import { makeCertificate } from "./certificate.ts";
import type {
  ConfidentialClient,
  Sandbox,
  SandboxEndpoints,
  SandboxOptions,
  SignInAnswer,
  Upload,
} from "./contract.ts";
import { createFaults } from "./faults.ts";
import { fileSha256, fileSize } from "./file_content.ts";
import { CLIENTS, REDIRECT_URIS, USER } from "./identities.ts";
import { issueTokens } from "./issued.ts";
import { createMemory } from "./memory.ts";
import { createRoutes, PRELOGIN_PATH } from "./routes.ts";
import { serve } from "./traffic.ts";

export type * from "./contract.ts";

/**
 * Starts a sandbox: an authorization server and Anaplan's API over HTTPS on 127.0.0.1.
 *
 * Give it back with `await using`, or by `[Symbol.asyncDispose]()`.
 *
 * @throws {Error} `code` is `EADDRINUSE` when the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  await using undo = new AsyncDisposableStack(); // a start that fails halfway leaves nothing
  const certificate = await makeCertificate();
  const server = createServer({ key: certificate.keyPem, cert: certificate.certificatePem });
  const origin = `https://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  undo.defer(() => void server.close());
  const redirectUris = new Set(options.redirectUris ?? REDIRECT_URIS);
  const memory = createMemory();
  const provider = await createAuthorizationServer(origin, options, redirectUris, memory.adapter);
  const faults = createFaults();
  const person = { signInAnswer: "approve" as SignInAnswer };
  const uploads = new Map<string, Upload>();
  const route = createRoutes(provider, options, () => person.signInAnswer, uploads);
  const directory = await Deno.makeTempDir({ prefix: "anaplan-sandbox-" });
  undo.defer(() => Deno.remove(directory, { recursive: true }));
  const [caFile, secretFile] = [`${directory}/ca.pem`, `${directory}/client-secret`];
  await Deno.writeTextFile(caFile, certificate.caPem, { mode: 0o644 });
  await Deno.writeTextFile(secretFile, CLIENTS.rotating.clientSecret, { mode: 0o600 });
  const traffic = serve(server, { origin, gzip: options.gzip }, route, faults);
  undo.defer(traffic.end);
  const end = undo.move();
  return Object.assign(person, {
    origin,
    caPem: certificate.caPem,
    caFile,
    secretFile,
    clients: CLIENTS,
    user: USER,
    endpoints: endpointsAt(origin),
    requests: traffic.requests,
    uploads,
    fileSha256: () => fileSha256(fileSize(options)),
    allowRedirectUri: (uri: string) => void redirectUris.add(uri),
    fault: faults.add,
    clearFaults: faults.clear,
    issueTokens: (client: ConfidentialClient) => issueTokens(provider, client),
    pause: traffic.cut,
    resume: async () => void await listen(server, Number(new URL(origin).port)),
    revokeRefreshTokens: () => memory.forget("RefreshToken"),
    revokeAccessTokens: () => memory.forget("AccessToken"),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  });
}

function endpointsAt(origin: string): SandboxEndpoints {
  return {
    authorization: origin + PRELOGIN_PATH,
    token: origin + ROUTES.token,
    device: origin + ROUTES.device_authorization,
    revocation: origin + ROUTES.revocation,
    apiUrl: origin,
    authUrl: origin,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" ? address?.port ?? port : port);
    });
  });
}
