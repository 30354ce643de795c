// Tries what the program has no business to do, and what only some commands may do, in the place of main.ts
// and with its permissions; prints what came of each attempt as JSON.
// Rule: an attempt that is not stopped harms nothing and leaves this computer only where the test says.

/** What came of an attempt: how it was stopped, or that it was not. */
export type Attempt = "denied" | "done" | string;

/** Every attempt. */
export interface Attempts {
  readonly otherHost: Attempt;
  readonly otherAddress: Attempt;
  readonly otherName: Attempt;
  readonly listenToAll: Attempt;
  readonly run: Attempt;
  readonly env: Attempt;
  readonly allEnv: Attempt;
  readonly ffi: Attempt;
  readonly sys: Attempt;
  readonly remoteCode: Attempt;
  readonly worker: Attempt;
  readonly loopback: Attempt;
  readonly write: Attempt;
  readonly clientSecret: Attempt;
}

async function attempt(work: () => unknown): Promise<Attempt> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "denied";
    const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return /NotCapable|Requires .* access/.test(name) ? "denied" : name;
  }
}

const ELSEWHERE = "192.0.2.1"; // TEST-NET-1 (RFC 5737): no host is there

async function attempts(): Promise<Attempts> {
  return {
    otherHost: await attempt(() => fetch("https://example.com/")),
    otherAddress: await attempt(() => Deno.connect({ hostname: ELSEWHERE, port: 443 })),
    otherName: await attempt(() => fetch("https://anaplan.com.example.com/")),
    listenToAll: await attempt(() => Deno.listen({ hostname: "0.0.0.0", port: 0 }).close()),
    run: await attempt(() => new Deno.Command("true").output()),
    env: await attempt(() => Deno.env.get("AWS_SECRET_ACCESS_KEY")),
    allEnv: await attempt(() => Deno.env.toObject()),
    ffi: await attempt(() => Deno.dlopen("/lib/libc.so.6", {})),
    sys: await attempt(() => Deno.hostname()),
    remoteCode: await attempt(() => import(`https://${ELSEWHERE}/code.ts`)),
    worker: await attempt(runInWorker),
    loopback: await attempt(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()),
    write: await attempt(() => Deno.remove(Deno.makeTempFileSync({ dir: "/tmp" }))),
    clientSecret: await attempt(() => Deno.env.get("ANAPLAN_CLIENT_SECRET")),
  };
}

/** A worker may not have more than who starts it. */
function runInWorker(): Promise<void> {
  const code = 'new Deno.Command("true").outputSync(); postMessage("done")';
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(code)}`, { type: "module" });
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => worker.terminate());
}

if (import.meta.main) {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(await attempts())));
  Deno.exit();
}
