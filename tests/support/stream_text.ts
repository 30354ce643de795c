// The text of a stream while it comes.
// Rule: each wait for something in it has a limit.

/** What a stream has brought so far. */
export interface StreamText {
  /** The whole text, once the stream has ended. */
  readonly whole: Promise<string>;
  text(): string;
  /** Waits until the text, or what is made of it, has the pattern. */
  until(pattern: RegExp, view?: (text: string) => string): Promise<RegExpExecArray>;
}

/** How long a pattern is waited for, in milliseconds. */
const PATIENCE = 20_000;

/** Reads a stream to its end. */
export function streamText(stream: ReadableStream<Uint8Array<ArrayBuffer>>): StreamText {
  let text = "";
  let more = Promise.withResolvers<"more" | "end">();
  async function read(): Promise<string> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      more.resolve("more");
      more = Promise.withResolvers();
    }
    more.resolve("end");
    return text;
  }
  const whole = read();
  return {
    whole,
    text: () => text,
    async until(pattern, view = (whole) => whole) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const tooLong = new Promise<"late">((resolve) => {
        timer = setTimeout(() => resolve("late"), PATIENCE);
      });
      try {
        while (true) {
          const found = pattern.exec(view(text));
          if (found !== null) return found;
          const news = await Promise.race([more.promise, tooLong]);
          if (news !== "more") throw new Error(`${REASONS[news]} ${pattern}:\n${view(text)}`);
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

const REASONS = {
  end: "The program ended and never printed",
  late: `In ${PATIENCE / 1000} s the program did not print`,
};
