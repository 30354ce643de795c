// The world of one cell of the fault matrix: a home with a login, a client of the server, the real program.
// Rule: the login was made by the real program once, and is copied with names and tokens of the cell's own.
import { makeHome } from "../../support/home.ts";
import {
  bareEnvironment,
  type Outcome,
  type Program,
  startProgram,
} from "../../support/program.ts";
import { commandLineOf } from "../../support/task_command.ts";
import { type CellKey, type Keeper, makeKey } from "./cell_key.ts";
import { type Clock, RIGHT_CLOCK, setClock, timeBy } from "./clock.ts";
import { addClient, addLogin, type Client } from "./server_state.ts";
import { startStrictServer, type StrictServer } from "./strict_server.ts";
import { endOf, loginFlags, signInOnce } from "./sign_ins.ts";

/** The server of all cells, and the files of a login that the program made there. */
export interface Bench extends AsyncDisposable {
  readonly server: StrictServer;
  readonly template: (hasIssuer: boolean) => Promise<Template>;
}

/** What a login looks like on the disk. */
interface Template {
  readonly client: Client;
  /** Texts by path below the configuration directory. */
  readonly files: ReadonlyMap<string, string>;
}

/** What a cell is like. */
export interface CellOptions {
  readonly hasIssuer?: boolean;
  readonly clock?: Clock;
  /** Whether there is no login yet. */
  readonly isEmpty?: boolean;
  /** Makes the configuration directory's disk, before anything is in it. */
  readonly disk?: ((configDir: string) => Promise<AsyncDisposable>) | undefined;
  /** How long access tokens are, in characters. */
  readonly tokenLength?: number;
  /** Whether Deno keeps its databases in the home directory, apart from those of other programs. */
  readonly hasOwnCache?: boolean;
  /** What has the key of the login, which is sealed then. */
  readonly keeper?: Keeper | undefined;
}

/** How to start a program in a cell. */
export interface Start {
  readonly wrapper?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: { readonly open: true };
}

/** A cell's world. */
export interface Cell extends AsyncDisposable {
  readonly client: Client;
  readonly home: string;
  readonly configDir: string;
  readonly credentials: string;
  readonly loginFile: string;
  readonly lockFile: string;
  /** The flags with which `login` comes to this client at this server. */
  readonly loginFlags: readonly string[];
  start(argv: readonly string[], start?: Start): Promise<Program>;
  /** Runs to the end; a program that does not end is killed. */
  run(argv: readonly string[], start?: Start): Promise<Outcome>;
  /** The key of a sealed login. */
  readonly key: CellKey | undefined;
  /** The login as it is on the disk. */
  loginText(): string | undefined;
  /** The text of a file, if it can be read; that of a sealed login is opened. */
  read(path: string): string | undefined;
  refreshToken(): string | undefined;
}

/** Starts the server. */
export async function openBench(): Promise<Bench> {
  const server = await startStrictServer();
  const templates = new Map<boolean, Promise<Template>>();
  const bench: Bench = {
    server,
    template(hasIssuer) {
      const made = templates.get(hasIssuer) ?? makeTemplate(bench, hasIssuer);
      templates.set(hasIssuer, made);
      return made;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return bench;
}

/** Opens a cell. */
export async function openCell(bench: Bench, options: CellOptions = {}): Promise<Cell> {
  const { hasIssuer = false, clock = RIGHT_CLOCK, isEmpty = false, tokenLength = 60 } = options;
  const { disk, keeper, hasOwnCache = false } = options;
  await using undo = new AsyncDisposableStack();
  const { path: home, configDir } = undo.use(await makeHome());
  await Deno.mkdir(configDir, { recursive: true, mode: 0o700 });
  if (disk !== undefined) undo.use(await disk(configDir));
  const key = keeper && undo.use(await makeKey(keeper));
  const client = addClient(bench.server.state);
  client.tokenLength = tokenLength;
  const env = {
    ...await directories(home),
    ...await setClock(clock, client),
    ...key?.env,
    ...(hasOwnCache ? await ownCache(home) : {}),
  };
  if (!isEmpty) {
    const texts = await loginOf(await bench.template(hasIssuer), client, clock);
    await writeFiles(key === undefined ? texts : sealed(texts, key), configDir);
  }
  const credentials = `${configDir}/credentials`;
  const loginFile = `${credentials}/default.json`;
  const loginText = (): string | undefined => textOf(loginFile);
  const read = (path: string): string | undefined => {
    const text = textOf(path);
    return text === undefined || key === undefined ? text : key.open(text);
  };
  const start: Cell["start"] = async (argv, { wrapper = [], env: more = {}, stdin } = {}) => {
    const { program, args } = await commandLineOf(argv);
    const [executable = program, ...rest] = [...wrapper, program, ...args];
    const options = { home, env: { ...env, ...more }, executable };
    return await startProgram(rest, stdin === undefined ? options : { ...options, stdin });
  };
  const end = undo.move();
  return {
    ...{ client, home, configDir, credentials, loginFile, key, loginText, read, start },
    lockFile: `${credentials}/default.lock`,
    loginFlags: loginFlags(bench.server.origin, client, hasIssuer),
    async run(argv, how) {
      await using program = await start(argv, how);
      return await endOf(program);
    },
    refreshToken: () => refreshTokenIn(read(loginFile)),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** The refresh token in a login's text. */
export function refreshTokenIn(text: string | undefined): string | undefined {
  try {
    return JSON.parse(text ?? "{}").refreshToken;
  } catch {
    return undefined; // a torn file has none
  }
}

/** The text of a file, if it can be read. */
export function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** Where tokens may be rescued to: one directory stays, the other one ends with the session. */
async function directories(home: string): Promise<Record<string, string>> {
  const env = { TMPDIR: `${home}/tmp`, XDG_RUNTIME_DIR: `${home}/session` };
  for (const path of Object.values(env)) await Deno.mkdir(path, { mode: 0o700 });
  return env;
}

/** A cache with what Deno has downloaded, and databases of its own. */
async function ownCache(home: string): Promise<Record<string, string>> {
  const { DENO_DIR = "" } = await bareEnvironment(home);
  const own = `${home}/deno`;
  await Deno.mkdir(own);
  for await (const { name, isDirectory } of Deno.readDir(DENO_DIR)) {
    if (isDirectory) await Deno.symlink(`${DENO_DIR}/${name}`, `${own}/${name}`);
  }
  return { DENO_DIR: own };
}

async function makeTemplate(bench: Bench, hasIssuer: boolean): Promise<Template> {
  await using cell = await openCell(bench, { hasIssuer, isEmpty: true });
  const { code, stderr } = await signInOnce(cell);
  if (code !== 0) throw new Error(`The plain login fails: ${stderr}`);
  const files = new Map<string, string>();
  for (const name of ["config.json", "profiles/default.json", "credentials/default.json"]) {
    const text = textOf(`${cell.configDir}/${name}`);
    if (text !== undefined) files.set(name, text);
  }
  return { client: cell.client, files };
}

/** The texts of a login, for the cell's client, with an access token that has expired by the cell's clock. */
async function loginOf(
  { client: other, files }: Template,
  client: Client,
  clock: Clock,
): Promise<Map<string, string>> {
  const tokens = addLogin(client);
  const [login] = other.logins;
  const now = await timeBy(clock);
  const own = [...files].map(([name, text]): [string, string] => [
    name,
    text.replaceAll(login?.accessTokens[0] ?? "", tokens.accessToken)
      .replaceAll(login?.refreshTokens[0] ?? "", tokens.refreshToken)
      .replaceAll(other.secret, client.secret).replaceAll(`"${other.id}"`, `"${client.id}"`)
      .replace(/("(?:obtainedAt|refreshTokenSavedAt)": ?)\d+/g, `$1${now - 36 * 60_000}`)
      .replace(/("expiresAt": ?)\d+/g, `$1${now - 60_000}`),
  ]);
  return new Map(own);
}

/** The same login, as the program seals it. */
function sealed(texts: ReadonlyMap<string, string>, key: CellKey): Map<string, string> {
  const [config, login] = ["config.json", "credentials/default.json"] as const;
  return new Map([
    ...texts,
    [config, key.nameIn(texts.get(config) ?? '{"version":1}')],
    [login, key.seal(texts.get(login) ?? "")],
  ]);
}

async function writeFiles(texts: ReadonlyMap<string, string>, configDir: string): Promise<void> {
  for (const directory of ["profiles", "credentials"]) {
    await Deno.mkdir(`${configDir}/${directory}`, { mode: 0o700 });
  }
  for (const [name, text] of texts) {
    await Deno.writeTextFile(`${configDir}/${name}`, text, { mode: 0o600 });
  }
}
