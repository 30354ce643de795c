// What a command that runs for long loads before it begins. Rule: nothing that a refresh needs is loaded later, since an
// upgrade of the program removes the files of the one that runs.

import type { System } from "../system/contract.ts";
import { isShared } from "../store/logins.ts";

/** Loads all that a refresh may need, and what says why one failed. `tests/start_up_test.ts` finds what is missing. */
export async function loadForRefreshes(
  configDir: string,
  system: Pick<System, "env">,
): Promise<void> {
  await Promise.all([
    ...[
      import("../oauth/refresh.ts"),
      import("../oauth/revocation.ts"),
      import("../base/retry_after.ts"),
    ],
    ...[import("./grants.ts"), import("../provider/authorization_server.ts")],
    ...[import("./ended_login.ts"), import("./advice_in_use.ts"), import("./messages.ts")],
    ...[import("./expiry.ts"), import("./environment.ts"), import("../store/moving.ts")],
    ...[import("../store/locking.ts"), import("../store/put_back.ts")],
    ...[import("../system/http.ts"), import("../system/http_stream.ts")],
    ...[import("../system/http_failure.ts"), import("../system/peer_issuer.ts")],
    ...[import("../system/sleep.ts"), import("../system/signals.ts")],
    ...[import("../system/long_wait.ts"), import("../system/waiting.ts")],
    ...[import("../system/proxying.ts"), ...sealing()],
    ...(isShared(configDir, system) ? sharing() : []),
  ]);
}

/** A login may be sealed while the program runs. */
function sealing(): Promise<unknown>[] {
  return [
    ...[import("../store/sealed_store.ts"), import("../store/keys.ts")],
    ...[import("jose/jwe/compact/encrypt"), import("jose/jwe/compact/decrypt")],
    ...[import("../files/named_file.ts"), import("../system/browser.ts")],
    import("../system/program_output.ts"),
  ];
}

function sharing(): Promise<unknown>[] {
  return [
    ...[import("../store/shared_store.ts"), import("../store/shared_place.ts")],
    ...[import("../store/shared_directory.ts"), import("../store/shared_elsewhere.ts")],
    ...[import("../store/shared_login.ts"), import("../store/engines/etcd.ts")],
    ...[import("../store/engines/postgresql.ts"), import("../store/engines/pg_stream.ts")],
    import("../system/guarded_request.ts"),
  ];
}
