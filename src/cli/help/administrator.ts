// What to send to an administrator who is asked for an OAuth client. Rule: whole, so that it can be pasted.

import { run, type Words, words } from "../../base/words.ts";
import { SETTINGS } from "../../settings/table.ts";

const CALLBACK = SETTINGS.redirectUri.default;

/** The page; a paragraph is one line, which a terminal and a mail program break. */
export function administratorPage(): Words {
  return words`Send this to a tenant security administrator of your company.

I would like to sign in to Anaplan from the command line with anaplan-auth. It \
signs in on Anaplan's own page, works with single sign-on, and needs no \
exception user. For that I need an OAuth client:

  1. Open "Administration" in Anaplan, then "Security", then "OAuth Clients". \
The first time, press "Enable OAuth". Then press "New".
  2. Kind (grant type): Authorization code grant
  3. Callback URLs, exactly, with no slash at the end:
     ${CALLBACK}
     https://www.anaplan.com
     Save the second one alone if Anaplan rejects the first one.
  4. Refresh tokens: rotatable, with a lifetime of 7 days (604800 seconds)
  5. Save, and send me this line. Replace REGION, such as us1 or eu2; the \
address of our Anaplan home page shows it. Replace CLIENT_ID. Write the second \
callback URL there if Anaplan rejected the first one:

${run("login", { flags: `--setup 'REGION:CLIENT_ID:${CALLBACK}' --refresh-token-lifetime 7d` })}

  6. Give me the client secret in another way, such as a password manager.`;
}
