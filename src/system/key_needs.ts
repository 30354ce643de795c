// What sealed logins need besides src/system/needs.ts. Rule: data only; apart from it, since no start needs it.

/** The variables that say where the key of sealed logins is; no program that is started inherits them. */
export const KEY_VARIABLES: readonly string[] = [
  "ANAPLAN_AUTH_KEY_FILE",
  "ANAPLAN_AUTH_KEY_COMMAND",
  "ANAPLAN_AUTH_KEY",
];

/** The variables that say where a login store is, or hold its password; no program that is started inherits them. */
export const STORE_VARIABLES: readonly string[] = [
  "ANAPLAN_AUTH_STORE",
  "ANAPLAN_AUTH_STORE_PASSWORD_FILE",
  "PGPASSWORD",
  "PGPASSFILE",
];

/** The programs that reach the keychain: all that a command runs that only needs the key of a login. */
export const KEY_HELPERS: readonly string[] = [
  "docker-credential-osxkeychain",
  "docker-credential-wincred",
  "docker-credential-secretservice",
  "docker-credential-pass",
];
