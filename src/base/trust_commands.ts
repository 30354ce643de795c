// The commands that make each system trust a certificate. Rule: pure; for this user alone, never for all users.

/**
 * The argument vectors that make a user's browsers trust the certificate in a PEM file.
 *
 * macOS: the login keychain. Windows: the user's own root store. Elsewhere: the NSS database that
 * Chromium reads, which is made first; Firefox keeps its own and asks by itself.
 */
export function trustCommands(path: string, platform: string, home: string): string[][] {
  if (platform === "darwin") {
    const keychain = `${home}/Library/Keychains/login.keychain-db`;
    return [["security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, path]];
  }
  if (platform === "windows") return [["certutil", "-user", "-addstore", "Root", path]];
  const database = `sql:${home}/.pki/nssdb`;
  return [
    ["mkdir", "-p", `${home}/.pki/nssdb`],
    ["certutil", "-d", database, "-A", "-t", "P,,", "-n", "anaplan-auth listener", "-i", path],
  ];
}
