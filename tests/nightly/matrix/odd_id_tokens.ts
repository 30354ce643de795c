// Odd id_tokens, which count only at an issuer that the profile names.
import { odd, type OddAnswer } from "./odd_answer.ts";

const now = (): number => Math.floor(Date.now() / 1000);

/** One answer for each of them. */
export const ODD_ID_TOKENS: readonly OddAnswer[] = [
  odd("id_token: missing", { fields: { id_token: undefined } }, { idToken: "absent" }),
  odd("id_token: null", { fields: { id_token: null } }, { idToken: "absent" }),
  odd("id_token: a number", { fields: { id_token: 7 } }, { idToken: "damaged" }),
  odd("id_token: garbage", { fields: { id_token: "garbage" } }, { idToken: "damaged" }),
  odd("id_token: three parts of garbage", { fields: { id_token: "a.b.c" } }, {
    idToken: "damaged",
  }),
  odd("id_token: alg none", { idToken: { algorithm: "none" } }, { idToken: "damaged" }),
  odd("id_token: HS256", { idToken: { algorithm: "HS256" } }, { idToken: "algorithm" }),
  odd("id_token: ES256, RS256 announced", { idToken: { algorithm: "ES256" } }, {
    idToken: "algorithm",
  }),
  odd("id_token: expired", { idToken: { claims: { exp: now() - 3_600 } } }, { idToken: "clock" }),
  odd("id_token: nbf in the future", { idToken: { claims: { nbf: now() + 3_600 } } }, {
    idToken: "clock",
  }),
  odd("id_token: iat in the future", { idToken: { claims: { iat: now() + 3_600 } } }, {
    idToken: "clock",
  }),
  odd("id_token: exp a string", { idToken: { claims: { exp: "tomorrow" } } }, {
    idToken: "damaged",
  }),
  odd("id_token: wrong aud", { idToken: { claims: { aud: "another-client" } } }, {
    idToken: "another user's",
  }),
  odd("id_token: wrong nonce", { idToken: { claims: { nonce: "another-nonce" } } }, {
    idToken: "another user's",
  }),
  odd("id_token: wrong iss", { idToken: { claims: { iss: "https://issuer.example.com" } } }, {
    idToken: "another user's",
  }),
];
