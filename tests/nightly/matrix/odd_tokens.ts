// Odd access tokens and refresh tokens.
import { odd, type OddAnswer } from "./odd_answer.ts";
import type { Grant } from "./server_state.ts";

const ACCESS_TOKENS: readonly (readonly [name: string, value: unknown])[] = [
  ["missing", undefined],
  ["empty", ""],
  ["with a blank", "an access token"],
  ["not ASCII", "tökén"],
  ["with a line break", "an-access\ntoken"],
  ["a number", 7],
  ["a list", ["an-access-token"]],
  ["null", null],
];

const withBlank = ({ fields }: Grant): string => fields.refresh_token.replace(".", " .");

/** One answer for each of them. */
export const ODD_TOKENS: readonly OddAnswer[] = [
  ...ACCESS_TOKENS.map(([name, value]) =>
    odd(`access_token: ${name}`, { fields: { access_token: value } }, { isAccessTokenBad: true })
  ),
  odd("refresh_token: the same", {
    fields: ({ sent, fields }) => ({ refresh_token: sent ?? fields.refresh_token }),
  }),
  odd("refresh_token: with a blank", {
    fields: (grant) => ({ refresh_token: withBlank(grant) }), // RFC 6749, appendix A.17, allows it
  }),
  odd("refresh_token: missing", { fields: { refresh_token: undefined } }, {
    hasNoRefreshToken: "absent",
  }),
  odd("refresh_token: null", { fields: { refresh_token: null } }, { hasNoRefreshToken: "absent" }),
  odd("refresh_token: empty", { fields: { refresh_token: "" } }, { hasNoRefreshToken: "absent" }),
  odd("refresh_token: a number", { fields: { refresh_token: 7 } }, {
    hasNoRefreshToken: "unusable",
  }),
  odd("no token at all", { fields: { access_token: undefined, refresh_token: undefined } }, {
    isAccessTokenBad: true,
    hasNoRefreshToken: "absent",
  }),
];
