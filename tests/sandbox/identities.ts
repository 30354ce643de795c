// The one person and the three clients that every sandbox knows.
// Rule: fixed values, and nothing in them that could be mistaken for a real tenant's.
import type { SandboxClients, SandboxUser } from "./contract.ts";

/** Ada Lovelace, who never worked with Anaplan. */
export const USER: SandboxUser = {
  id: "8A81B09E54F9A5A80155015ABCDE0001",
  email: "ada@example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  customerId: "8A81B09E54F9A5A80155015ABCDE0002",
};

/** One client of each kind that Anaplan has. */
export const CLIENTS: SandboxClients = {
  rotating: {
    clientId: "5a1db0c500000000000000000000a001",
    clientSecret: "sandbox-secret-of-the-rotating-client",
  },
  nonRotating: {
    clientId: "5a1db0c500000000000000000000a002",
    clientSecret: "sandbox-secret-of-the-non-rotating-client",
  },
  device: { clientId: "5a1db0c500000000000000000000a003" },
};

/** What is registered unless a test says otherwise: what docs/administrators.md asks for, and the tutorial's. */
export const REDIRECT_URIS: readonly string[] = [
  "https://127.0.0.1:8443/callback",
  "https://localhost:8443/callback",
  "https://www.anaplan.com",
  "https://www.anaplan.com/",
];
