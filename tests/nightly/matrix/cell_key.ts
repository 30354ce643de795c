// The key of a cell's sealed login, what may happen to the key, and a look for what must not be on the disk.
// Rule: the key is outside of the home directory, and the login is opened by hand.
import { keyId, newKey, openByHand, plainFiles, sealByHand } from "../../support/sealed.ts";
import type { Cell } from "./cell.ts";
import type { CellJudge } from "./verdict.ts";
import type { Outcome } from "../../support/program.ts";

/** What has the key: a file, or the helper of a keychain. */
export type Keeper = "file" | "helper";

/** Something that keeps the key from being had. */
export interface KeyFault {
  readonly name: string;
  readonly keeper: Keeper;
  /** What is there in place of the key or of the helper; nothing when it is absent. */
  readonly instead?: string;
  readonly isSlow?: true;
}

/** All of them. */
export const KEY_FAULTS: readonly KeyFault[] = [
  { name: "the key file is gone", keeper: "file" },
  {
    name: "the key's helper fails",
    keeper: "helper",
    instead: script("echo it is locked; exit 1"),
  },
  {
    name: "the key's helper hangs",
    keeper: "helper",
    instead: script("exec sleep 100"),
    isSlow: true,
  },
];

/** A key, and where the program gets it. */
export interface CellKey extends AsyncDisposable {
  /** As base64. */
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  /** A config.json that names it. */
  nameIn(config: string): string;
  seal(login: string): string;
  /** The text of a login that is sealed with it; any other text as it is. */
  open(text: string): string;
  /** Lets the fault begin. */
  begin(fault: KeyFault): Promise<void>;
  /** The key can be had again. */
  end(): Promise<void>;
}

/** Makes a key. */
export async function makeKey(keeper: Keeper): Promise<CellKey> {
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-key-" });
  const text = newKey();
  const isFile = keeper === "file";
  const path = `${directory}/${isFile ? "key" : "docker-credential-pass"}`;
  const put = async (content: string | undefined): Promise<void> => {
    if (content === undefined) return await Deno.remove(path);
    await Deno.writeTextFile(`${path}.new`, content, { mode: 0o700 });
    await Deno.rename(`${path}.new`, path);
  };
  const usual = isFile ? text : script(`echo '{"Secret":"${text}"}'`);
  await put(usual);
  const source = { by: isFile ? "file" : "keychain", name: isFile ? path : "pass" };
  return {
    text,
    env: isFile ? {} : { PATH: `${directory}:${Deno.env.get("PATH")}` },
    nameIn: (config) =>
      JSON.stringify({
        ...JSON.parse(config),
        sealing: { key: { ...source, id: keyId(text) }, old: [] },
      }),
    seal: (login) => sealByHand(login, text, "default"),
    open(sealed) {
      try {
        return JSON.stringify(openByHand(sealed, text).login);
      } catch {
        return sealed;
      }
    },
    begin: ({ instead }) => put(instead),
    end: () => put(usual),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

function script(line: string): string {
  return `#!/bin/sh\ncat >/dev/null\n${line}\n`;
}

/** No token of a sealed login is anywhere in plain text, and its key is in nothing that was printed. */
export function judgeSealed(judge: CellJudge, { client, home, key }: Cell, said: Outcome): void {
  if (key === undefined) return;
  const tokens = client.logins.flatMap((
    { refreshTokens, accessTokens },
  ) => [...refreshTokens, ...accessTokens]);
  const files = plainFiles(home, [client.secret, ...tokens]);
  judge.expect(12, files.length === 0, "no token in plain text", files.join());
  const bytes = Uint8Array.fromBase64(key.text);
  const spellings = [key.text, bytes.toHex(), bytes.toBase64({ alphabet: "base64url" })];
  const isSaid = spellings.some((spelling) => `${said.stdout}${said.stderr}`.includes(spelling));
  judge.expect(12, !isSaid, "no key in what is printed", "it is there");
}
