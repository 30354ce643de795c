// Whether the login is for the servers that the settings name now. Rule: pure; nothing is asked.

import { CliError } from "../base/errors.ts";
import { assertBelongs, type BoundLogin } from "../provider/belonging.ts";
import { userUrl } from "../provider/provider.ts";
import type { Settings } from "../settings/settings.ts";
import { otherServerAdvice } from "./advice_in_use.ts";

/**
 * The error of each command that would use the login, with its advice, when the settings name other servers by now.
 *
 * @throws {CliError} `usage` for settings that name no server.
 */
export function otherServer(login: BoundLogin, settings: Settings): CliError | undefined {
  const url = userUrl(settings);
  if (url === undefined) return undefined;
  try {
    assertBelongs(login, url);
    return undefined;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return error.with({ next: otherServerAdvice(settings) });
  }
}
