// A company's certificate authority: it signs a certificate for whatever name a proxy is asked for.
// Rule: its key is in this process and is gone with it.
import "reflect-metadata"; // before x509: its container reads decorators through it
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** Who signs; a client that trusts `caPem` trusts what it signs. */
export interface Company {
  readonly caPem: string;
  /** A certificate for one host, with its key; PEM texts. */
  certify(host: string): Promise<{ readonly cert: string; readonly key: string }>;
}

/** Founds a company of this name. */
export async function foundCompany(name = "Corp Proxy CA"): Promise<Company> {
  const validity = {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
  };
  const own = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `CN=${name}`,
    keys: own,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
    ],
  });
  return {
    caPem: authority.toString("pem"),
    async certify(host) {
      const { publicKey, privateKey } = await newKeys();
      const leaf = await x509.X509CertificateGenerator.create({
        ...validity,
        subject: `CN=${host}`,
        issuer: authority.subject,
        publicKey,
        signingKey: own.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
          await x509.AuthorityKeyIdentifierExtension.create(authority, false),
        ],
      });
      const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
      return {
        cert: leaf.toString("pem"),
        key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
      };
    },
  };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
