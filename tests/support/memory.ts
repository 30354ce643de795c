// How much memory a process took at most.
// Rule: Linux tells it while the process runs, so it is looked at until the end.

/** Watches a process; `peak` is the largest resident size that was seen, in MB. */
export function watchMemory(pid: number): Disposable & { readonly peak: number } {
  let peak = 0;
  const look = (): void => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // it is over
    }
  };
  const timer = setInterval(look, 5);
  return {
    get peak() {
      return peak;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
