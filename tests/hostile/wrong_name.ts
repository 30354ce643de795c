// A server on this computer whose certificate is trusted and says another name.
import "reflect-metadata"; // before x509: its container reads decorators through it
import * as x509 from "@peculiar/x509";
import { createServer } from "node:https";
import type { Service } from "./stale_login.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** The server, as a profile names it. */
export interface WrongName extends Service, AsyncDisposable {
  /** How many requests got through. */
  heard(): number;
}

/** Starts it; its certificate is its own authority, and CA file. */
export async function serveWrongName(): Promise<WrongName> {
  await using undo = new AsyncDisposableStack();
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    name: "CN=another name",
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "us1a.app.example.com" }]),
    ],
  });
  const cert = certificate.toString("pem");
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
  const caFile = await Deno.makeTempFile({ prefix: "anaplan-auth-wrong-name-", suffix: ".pem" });
  undo.defer(() => Deno.remove(caFile));
  await Deno.writeTextFile(caFile, cert, { mode: 0o644 });
  let heard = 0;
  const server = createServer({ key, cert }, (_, response) => {
    heard++;
    response.end("{}");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  undo.defer(() => new Promise((resolve) => void server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const origin = `https://127.0.0.1:${port}`;
  const end = undo.move();
  return {
    caFile,
    endpoints: {
      authorization: `${origin}/auth/prelogin`,
      token: `${origin}/oauth/token`,
      apiUrl: origin,
      authUrl: origin,
    },
    heard: () => heard,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}
