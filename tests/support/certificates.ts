// Certificates of a database server, by an authority of the test's own.
// Rule: openssl makes them, and nothing of the program does.

/** A certificate and its key, as PEM. */
interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** What one test needs. */
export interface Certificates extends AsyncDisposable {
  readonly authorityFile: string;
  /** For localhost, and no other name; a server of etcd shows it as a client to itself. */
  readonly good: Pair;
  /** The same, but its last day is over. */
  readonly expired: Pair;
}

/** Makes them. */
export async function certificates(): Promise<Certificates> {
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-certificates-" });
  const at = (name: string): string => `${directory}/${name}`;
  const openssl = async (...args: string[]): Promise<void> => {
    const { success, stderr } = await new Deno.Command("openssl", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-x509", "-subj", "/CN=Test authority", "-days", "2"];
  await openssl("req", ...newKey, ...authority, "-keyout", at("ca.key"), "-out", at("ca.pem"));
  await Deno.writeTextFile(
    at("names"),
    "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n",
  );
  const pair = async (name: string, ...validity: string[]): Promise<Pair> => {
    const request = [
      "-subj",
      "/CN=localhost",
      "-keyout",
      at(`${name}.key`),
      "-out",
      at(`${name}.csr`),
    ];
    await openssl("req", ...newKey, ...request);
    const by = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-extfile", at("names")];
    const [from, to] = [at(`${name}.csr`), at(`${name}.pem`)];
    await openssl("x509", "-req", "-in", from, "-out", to, ...by, ...validity);
    return {
      certificate: await Deno.readTextFile(to),
      key: await Deno.readTextFile(at(`${name}.key`)),
    };
  };
  return {
    authorityFile: at("ca.pem"),
    good: await pair("good", "-days", "2"),
    expired: await pair(
      "expired",
      "-not_before",
      "20200101000000Z",
      "-not_after",
      "20200102000000Z",
    ),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
