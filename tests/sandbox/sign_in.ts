// The way from the prelogin page to the answer: a person's, or the sandbox's own at once.
// Rule: automatic mode walks the same pages' redirects, so a program cannot tell the two apart.
// @ts-types="@types/oidc-provider"
import type { Provider } from "oidc-provider";
import { sendEmpty, sendPage } from "./answers.ts";
import { DEFAULT_SCOPE, ROUTES, SCOPES } from "./authorization_server.ts";
import type { SignInAnswer } from "./contract.ts";
import { type Exchange, replay } from "./exchange.ts";
import { USER } from "./identities.ts";
import { errorPage, preloginPage, signInPage } from "./pages.ts";

/** `GET /auth/prelogin`: asks how to log in, and goes on to the authorization endpoint. */
export function prelogin(exchange: Exchange, automatic: boolean): void {
  if (automatic) {
    return sendEmpty(exchange, 302, { location: ROUTES.authorization + exchange.url.search });
  }
  sendPage(exchange, 200, preloginPage(ROUTES.authorization, exchange.parameters));
}

/**
 * The authorization request as oidc-provider must see it to behave as Anaplan does: it grants
 * `offline_access` only with a consent prompt (OpenID Connect Core, section 11), Anaplan always.
 */
export function authorizationRequest(url: URL): URL {
  const changed = new URL(url);
  const prompts = (changed.searchParams.get("prompt") ?? "").split(" ").filter(Boolean);
  if (!changed.searchParams.has("scope")) changed.searchParams.set("scope", DEFAULT_SCOPE);
  if (prompts.includes("none")) return changed;
  changed.searchParams.set("prompt", [...new Set([...prompts, "consent"])].join(" "));
  return changed;
}

/** The sign-in page: shows it, or takes the answer; `automatic` is the answer given at once. */
export async function signIn(
  exchange: Exchange,
  provider: Provider,
  automatic: SignInAnswer | undefined,
): Promise<void> {
  const request = replay(exchange);
  try {
    const { params } = await provider.interactionDetails(request, exchange.outgoing);
    if (automatic === undefined && exchange.method !== "POST") {
      return sendPage(exchange, 200, signInPage("anaplan-auth", String(params.connection)));
    }
    const answer = automatic ?? exchange.parameters.decision;
    const result = answer === "approve"
      ? { login: { accountId: USER.id }, consent: { grantId: await newGrant(provider, params) } }
      : { error: "access_denied", error_description: "The user declined" };
    await provider.interactionFinished(request, exchange.outgoing, result);
  } catch (error) {
    if (!(error instanceof Error && error.message === "invalid_request")) throw error;
    sendPage(exchange, 400, errorPage("invalid_request", "This sign-in was left too long."));
  }
}

/** Every sign-in gets a grant of its own, so that ending one ends no other. */
function newGrant(provider: Provider, parameters: Record<string, unknown>): Promise<string> {
  const grant = new provider.Grant({
    accountId: USER.id,
    clientId: String(parameters.client_id),
  });
  const asked = String(parameters.scope ?? "").split(" ");
  grant.addOIDCScope(SCOPES.filter((scope) => asked.includes(scope)).join(" "));
  return grant.save();
}
