// Makes the sandbox's certificate authority and the certificate that it signs for 127.0.0.1.
// Rule: the authority's key is forgotten at once, so trusting caPem trusts this one sandbox only.
import "reflect-metadata"; // before x509: its container reads decorators through it
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** A server certificate with its key, and the authority to trust for it. */
export interface SandboxCertificate {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Makes a new authority and a server certificate for 127.0.0.1, ::1 and localhost, which may be over. */
export async function makeCertificate(end?: Date): Promise<SandboxCertificate> {
  const validity = {
    notBefore: new Date(Date.now() - DAY), // clocks of containers and hosts differ
    notAfter: new Date(Date.now() + 30 * DAY),
  };
  const authorityKeys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=Anaplan sandbox authority",
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const serverKeys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    notBefore: new Date(Date.now() - 3 * DAY),
    notAfter: end ?? validity.notAfter,
    subject: "CN=Anaplan sandbox",
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: await serverExtensions(authority, serverKeys.publicKey),
  });
  return {
    caPem: authority.toString("pem"),
    certificatePem: certificate.toString("pem"),
    keyPem: x509.PemConverter.encode(
      await crypto.subtle.exportKey("pkcs8", serverKeys.privateKey),
      "PRIVATE KEY",
    ),
  };
}

async function serverExtensions(
  authority: x509.X509Certificate,
  publicKey: CryptoKey,
): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: "ip", value: "127.0.0.1" },
      { type: "ip", value: "::1" },
      { type: "dns", value: "localhost" },
    ]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(authority, false),
  ];
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
