// The pages that a person meets when signing in to the sandbox.
// Rule: every page says that no real Anaplan account is involved, and everything is escaped.
// @ts-types="@types/oidc-provider"
import type { KoaContextWithOIDC } from "oidc-provider";
import { USER } from "./identities.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #d5dae1; --ink: #1c2430; --paper: #fff; --ground: #f3f5f8;
  --quiet: #56606e; --accent: #1f5fbf; --on-accent: #fff; --mark: #7a4b00; --mark-ground: #fff1d6 }
@media (prefers-color-scheme: dark) { :root { --line: #3a4453; --ink: #e8ecf2; --paper: #1d242e;
  --ground: #12171e; --quiet: #a5b0bf; --accent: #8ab4ff; --on-accent: #0e1724; --mark: #ffd591; --mark-ground: #3d2d0c } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(26rem, 100%); padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem }
.mark { display: inline-block; margin: 0 0 1rem; padding: .1rem .6rem; border-radius: 1rem; background: var(--mark-ground);
  color: var(--mark); font-size: .875rem; font-weight: 600 }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25 }
p { margin: 0 0 1.25rem }
footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem }
label { display: block; margin-bottom: .25rem; font-weight: 600 }
input:not([type=hidden]) { width: 100%; margin-bottom: 1.25rem; padding: .6rem .75rem; border: 1px solid var(--quiet);
  border-radius: .4rem; background: transparent; color: inherit; font: inherit }
button { width: 100%; margin-top: .5rem; padding: .65rem 1rem; border: 1px solid var(--accent); border-radius: .4rem;
  background: transparent; color: var(--accent); font: inherit; font-weight: 600; cursor: pointer }
button.first { background: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
code { display: block; font-size: 1.75rem; letter-spacing: .08em }`;

/** The page on which a person picks basic login or SSO; both lead to the authorization endpoint. */
export function preloginPage(action: string, parameters: Readonly<Record<string, string>>): string {
  return page(
    "How do you want to log in?",
    `<form method="get" action="${escape(action)}">${hidden(parameters)}
<button class="first" name="connection" value="basic">Log in with email</button>
<button name="connection" value="sso">Log in with single sign-on</button>
</form>`,
  );
}

/** The sign-in form; any password would do, so none is asked for. */
export function signInPage(clientName: string, connection: string): string {
  const way = connection === "sso" ? "Your company’s single sign-on would ask for you here." : "";
  return page(
    "Sign in",
    `<p><strong>${escape(clientName)}</strong> wants to use Anaplan as you. ${way}</p>
<form method="post">
<label for="email">Email</label>
<input id="email" name="email" type="email" value="${escape(USER.email)}" autocomplete="username">
<button class="first" name="decision" value="approve">Sign in</button>
<button name="decision" value="decline">Decline</button>
</form>`,
  );
}

/** Says what went wrong, in the words of the authorization server. */
export function errorPage(error: string, description: string | undefined): string {
  return page(
    "This request cannot go on",
    `<p><strong>${escape(error)}</strong></p><p>${escape(description ?? "")}</p>`,
  );
}

/** The pages of `/activate`, in the shape that oidc-provider asks for them. */
export const activationPages = {
  userCodeInputSource(
    context: KoaContextWithOIDC,
    form: string,
    _: unknown,
    problem?: Error,
  ): void {
    const [token = ""] = /<input type="hidden"[^>]*>/.exec(form) ?? []; // against request forgery
    const said = problem === undefined
      ? "Enter the code that your terminal shows."
      : problem.name === "AbortedError"
      ? "You declined, and the device was told so."
      : `That did not work: ${problem.message}.`;
    context.body = page(
      "Connect a device",
      `<p role="status">${escape(said)}</p>
<form method="post" action="/activate">${token}
<label for="code">Code</label>
<input id="code" name="user_code" type="text" value="" autocomplete="off" autocapitalize="characters">
<button class="first">Continue</button>
</form>`,
    );
  },
  userCodeConfirmSource(
    context: KoaContextWithOIDC,
    form: string,
    _: unknown,
    __: unknown,
    userCode: string,
  ): void {
    context.body = page(
      "Is this the code on your device?",
      `<p><code>${escape(userCode)}</code></p>${form}
<button class="first" form="op.deviceConfirmForm">Yes, continue</button>
<button form="op.deviceConfirmForm" name="abort" value="yes">No, cancel</button>`,
    );
  },
  successSource(context: KoaContextWithOIDC): void {
    context.body = page("Your device is connected", "<p>You can close this page.</p>");
  },
};

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escape(title)} · Anaplan sandbox</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="mark">Sandbox</p>
<h1>${escape(title)}</h1>
${content}
<footer>This is a test server on your own computer. No real Anaplan account is involved.</footer>
</main>
</body>
</html>
`;
}

function hidden(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`)
    .join("\n");
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
