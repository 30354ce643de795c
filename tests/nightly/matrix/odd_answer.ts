// Odd answers of a token endpoint: HTTP 2xx, and something about them that a server should not do.
// Rule: an answer is odd in one thing, and says what follows from that for the login.
import type { IdTokenChange } from "./id_token.ts";
import { type Fields, type Grant, json, type TokenAnswer } from "./server_state.ts";

/** An answer, and what a client can make of it. */
export interface OddAnswer extends Traits {
  readonly name: string;
  make(grant: Grant): Promise<TokenAnswer>;
}

/** What follows for the login; nothing, when a client can use all of the answer. */
export interface Traits {
  /** No access token that could be sent. */
  readonly isAccessTokenBad?: true;
  /** No new refresh token that could be sent: the old one stays valid. */
  readonly hasNoRefreshToken?: "absent" | "unusable";
  /** What an issuer's client has against the id_token. */
  readonly idToken?: "absent" | "clock" | "algorithm" | "damaged" | "another user's";
  /** Where no server can mean such a lifetime: other issuers' tokens may be valid for weeks. */
  readonly implausible?: "everywhere" | "without an issuer";
  readonly isSlow?: true;
}

/** What is different from a right answer. */
export interface Change {
  readonly fields?: Fields | ((grant: Grant) => Fields);
  readonly idToken?: IdTokenChange;
  readonly text?: (text: string) => string;
  readonly bytes?: (text: string) => Promise<Uint8Array> | Uint8Array;
  readonly status?: number;
  /** Headers that are added; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly msPerByte?: number;
}

/** An odd answer. */
export function odd(name: string, change: Change, traits: Traits = {}): OddAnswer {
  return {
    ...traits,
    name,
    async make(grant) {
      const fields = await fieldsOf(grant, change);
      const right = json(fields, change.status);
      const text = JSON.stringify(fields);
      const changed = change.text?.(text) ?? text;
      const refreshToken = fields["refresh_token"];
      const isNew = traits.hasNoRefreshToken === undefined && refreshToken !== grant.sent;
      const headers = Object.entries({ ...right.headers, ...change.headers });
      return {
        ...right,
        headers: Object.fromEntries(
          headers.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
        ),
        body: await change.bytes?.(changed) ?? new TextEncoder().encode(changed),
        msPerByte: change.msPerByte,
        rotatesTo: isNew ? String(refreshToken) : undefined,
      };
    },
  };
}

async function fieldsOf(grant: Grant, { fields, idToken }: Change): Promise<Fields> {
  const changed = typeof fields === "function" ? fields(grant) : fields;
  const signed = idToken === undefined ? {} : { id_token: await grant.idToken(idToken) };
  return { ...grant.fields, ...signed, ...changed };
}
