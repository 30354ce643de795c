// What a test may say to the sandbox and read from it.
// Rule: types and nothing else, so that every file of the sandbox can import it.

/** How a sandbox is to behave. */
export interface SandboxOptions {
  /** The port on 127.0.0.1; 0, the default, is any free one. */
  port?: number;
  /** Who answers the sign-in page: the sandbox at once (for tests), or a person. */
  signIn?: "automatic" | "page";
  /** Anaplan's are valid for 2100 seconds. */
  accessTokenSeconds?: number;
  /** The authorization code clients' redirect URIs, matched exactly, with the port. */
  redirectUris?: readonly string[];
  /** The least time between two polls of a device code; 0 lets a test poll as it likes. */
  deviceIntervalSeconds?: number;
  /** How long a device code can be approved. */
  deviceCodeSeconds?: number;
  /** Whether `/token/logout` also ends the refresh token; unknown for Anaplan, so a test can choose. */
  logoutEndsGrant?: boolean;
  /** How many chunks each file has; 3 by default. */
  chunkCount?: number;
  /** How long each chunk is; 1 MiB by default. */
  chunkBytes?: number;
  /** Whether JSON and chunks are compressed for clients that take gzip; off by default. */
  gzip?: boolean;
  /** API calls beyond it are answered 429; no limit by default. */
  requestsPerSecond?: number;
}

/** A request that reached the sandbox, in order of arrival. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Query and form body together; no other body is kept, and no form beyond 16 KiB. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 until the answer begins to leave, and stays 0 when the connection was cut before that. */
  readonly status: number;
  /** How many bytes of the answer's body have left so far. */
  readonly sent: number;
}

/** A chunk that was uploaded to its end; its bytes are not kept. */
export interface Upload {
  readonly bytes: number;
  /** Of the bytes that came, in hexadecimal. */
  readonly sha256: string;
  /** The request's headers; undefined when it had none. */
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
}

/** What goes wrong with a request; the parts combine, the waits come first. */
export interface Fault {
  /** Answers with this instead of handling the request; 200 when only headers or a body are given. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | ((sent: Pick<RecordedRequest, "parameters" | "headers">) => string);
  /** Waits before anything else happens. */
  delayMs?: number;
  /** Waits for this before anything else happens, so that a test decides when the answer leaves. */
  until?: Promise<void>;
  /**
   * Cuts the connection: before the request is handled (an upload: while it is on its way), in the
   * middle of the answer's body, or with the answer ready and unsent (as one without a body always).
   */
  reset?: "before" | "middle" | "after";
  /** Sends the answer's body in pieces of so many bytes, with a pause after each. */
  trickle?: { readonly bytes: number; readonly everyMs: number };
  /** How many requests it is for; 1 by default, `Infinity` is allowed. */
  times?: number;
}

/** A client with a secret, for the authorization code grant. */
export interface ConfidentialClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The clients that every sandbox knows. */
export interface SandboxClients {
  /** A new refresh token at each refresh; using an old one again ends the grant. */
  readonly rotating: ConfidentialClient;
  /** A refresh brings no refresh token, the old one goes on working. */
  readonly nonRotating: ConfidentialClient;
  /** Device grant only, no secret; its refresh tokens rotate. */
  readonly device: { readonly clientId: string };
}

/** The one person who can sign in. */
export interface SandboxUser {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly customerId: string;
}

/** The URLs that a profile needs to use the sandbox. */
export interface SandboxEndpoints {
  /** The prelogin page, as the tutorial uses it; `/auth/authorize` takes the same parameters. */
  readonly authorization: string;
  readonly token: string;
  readonly device: string;
  readonly revocation: string;
  /** The API's origin, without `/2/0`. */
  readonly apiUrl: string;
  readonly authUrl: string;
}

/** What a sign-in brings. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** How long the access token is valid. */
  readonly seconds: number;
  readonly scope: string;
}

/** What a person says to a sign-in. */
export type SignInAnswer = "approve" | "decline";

/** Anaplan in a box, listening on 127.0.0.1 until it is disposed of. */
export interface Sandbox extends AsyncDisposable {
  readonly origin: string;
  /** The authority that signed the sandbox's certificate, as PEM, and a file that holds it. */
  readonly caPem: string;
  readonly caFile: string;
  /** The path of a file with the secret of the client `rotating`, deleted on disposal. */
  readonly secretFile: string;
  readonly clients: SandboxClients;
  readonly user: SandboxUser;
  readonly endpoints: SandboxEndpoints;
  readonly requests: readonly RecordedRequest[];
  /** What was uploaded, by path; a chunk that is sent again replaces the one before. */
  readonly uploads: ReadonlyMap<string, Upload>;
  /** The SHA-256 of a whole file as it is downloaded, in hexadecimal; all files are alike. */
  fileSha256(): string;
  /** What the user answers in automatic mode; may be changed at any time. */
  signInAnswer: SignInAnswer;
  /** Registers one more redirect URI, for listeners on free ports. */
  allowRedirectUri(uri: string): void;
  /** Faults of one path are served first in, first out. */
  fault(path: string, fault: Fault): void;
  /** Drops the faults that are still waiting. */
  clearFaults(): void;
  /** Tokens as a sign-in of the user brings them, without one; no request is recorded. */
  issueTokens(client: ConfidentialClient): Promise<IssuedTokens>;
  /** Stops listening and cuts every connection, as a restart does; nothing is forgotten. */
  pause(): Promise<void>;
  /** Listens again, on the same port. */
  resume(): Promise<void>;
  /** Every refresh token expires; access tokens stay valid. */
  revokeRefreshTokens(): void;
  /** Every access token expires; refresh tokens stay valid. */
  revokeAccessTokens(): void;
}
