// What is used of an authorization server's metadata (RFC 8414, section 2). Rule: types only.

/** How the client sends its secret: in the Authorization header, or in the body. */
export type ClientAuth = "basic" | "post";

export interface Discovered {
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly deviceEndpoint?: string;
  readonly revocationEndpoint?: string;
  readonly userinfoEndpoint?: string;
  /** Whether every authorization response carries `iss` (RFC 9207, section 3). */
  readonly sendsIssuer?: boolean;
  /** How clients may authenticate at the token endpoint: `client_secret_basic` and others. */
  readonly clientAuthMethods?: readonly string[];
  readonly scopes?: readonly string[];
  /** The algorithms that sign id_tokens, such as `ES256`. */
  readonly idTokenAlgorithms?: readonly string[];
}
