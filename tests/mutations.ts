// Breaks the program in the places that security and the login's life hang on, one at a time, in a copy of
// the tree, and runs the tests that should notice. Rule: a mutation that no test notices fails the run.

/** One way to break the program. */
export interface Mutation {
  readonly what: string;
  readonly file: string;
  /** What the file has exactly once (tests/mutations_test.ts). */
  readonly from: string;
  readonly to: string;
  /** The tests that should notice. */
  readonly tests: readonly string[];
}

/** Each is noticed by at least one of its tests. */
export const MUTATIONS: readonly Mutation[] = [
  {
    what: "the lock is taken without asking",
    file: "src/files/lock_file.ts",
    from: 'asStorageError("lock", path, () => file.tryLockSync(true)) && ',
    to: "",
    tests: ["tests/unit/private_file_processes_test.ts", "tests/e2e/processes_test.ts"],
  },
  {
    what: "the login is not read again inside the lock",
    file: "src/session/session.ts",
    from: "const stored = await login.load() ?? await noLogin(settings);",
    to: "const stored = seen;",
    tests: ["tests/unit/session_test.ts", "tests/e2e/processes_test.ts"],
  },
  {
    what: "the tokens are given out before they are saved",
    file: "src/session/grants.ts",
    from: "  await login.save(grant.tokenSet);\n",
    to: "  setTimeout(() => login.save(grant.tokenSet));\n",
    tests: ["tests/unit/session_test.ts", "tests/unit/session_failures_test.ts"],
  },
  {
    what: "the new file is renamed before it is synced",
    file: "src/files/replacement.ts",
    from: '      if (isSynced) file.syncSync();\n      reached = "synced";\n',
    to: "      Deno.renameSync(temporary, path);\n      file.syncSync();\n      return;\n",
    tests: ["tests/integration/durable_write_test.ts"],
  },
  {
    what: "a plain login is renewed in plain text while sealing is on",
    file: "src/store/locked_login.ts",
    from: "if (present !== undefined && !isSealed(present)) present = await sealer(present);",
    to: "",
    tests: ["tests/unit/sealing_test.ts"],
  },
  {
    what: "the profile in a sealed login is not compared",
    file: "src/store/sealing.ts",
    from: "if (header.profile !== profile)",
    to: "if (header.profile === undefined)",
    tests: ["tests/unit/sealing_test.ts"],
  },
  {
    what: "a login is not read again when its key was replaced meanwhile",
    file: "src/store/sealed_store.ts",
    from: "if (now === login) throw error;",
    to: "throw error;",
    tests: ["tests/unit/sealing_test.ts"],
  },
  {
    what: "a first login beside sealed ones is saved in plain text",
    file: "src/store/sealing.ts",
    from: "mayHaveBeen && old.length === 0 && mayBeSealed(configDir)",
    to: "mayHaveBeen === undefined",
    tests: ["tests/unit/sealing_test.ts"],
  },
  {
    what: "a sign-in over a sealed login is saved in plain text when no key is named",
    file: "src/store/locked_login.ts",
    from: "return text === undefined || isSealed(text);",
    to: "return text === undefined;",
    tests: ["tests/unit/sealing_test.ts"],
  },
  {
    what: "a key command may have the key itself in its words",
    file: "src/commands/seal.ts",
    from: 'if (await hasKey(keyCommand ?? "", id)) throw keyInCommandError();',
    to: "",
    tests: ["tests/e2e/key_command_test.ts"],
  },
  {
    what: "a program that is asked for the key inherits secrets",
    file: "src/system/program.ts",
    from: "  using _hidden = hideVariables(PRIVATE_VARIABLES);\n  return",
    to: "  return",
    tests: ["tests/unit/program_output_test.ts"],
  },
  {
    what: "PostgreSQL is talked to before its certificate was checked",
    file: "src/store/engines/pg_wire.ts",
    from: "    if (address.isEncrypted) await encrypt(dialed, address.host, authorities);\n",
    to: "",
    tests: ["tests/unit/pg_stream_test.ts"],
  },
  {
    what: "a server that offers no TLS is talked to in plain text",
    file: "src/store/engines/pg_wire.ts",
    from: 'if (answer[0] === NO) throw new Error("The server does not support SSL connections");',
    to: "if (answer[0] === NO) return;",
    tests: ["tests/unit/pg_stream_test.ts"],
  },
  {
    what: "the refresh token of an answer that broke off is not used",
    file: "src/oauth/wire.ts",
    from: "!error.arrived?.ok",
    to: "true",
    tests: ["tests/unit/wire_test.ts"],
  },
  {
    what: "a refresh token is sent again after a 2xx that broke off",
    file: "src/oauth/wire.ts",
    from: "if (isPage(text)) throw error;",
    to: "if (isPage(text) || error.answerLost) throw error;",
    tests: ["tests/unit/wire_test.ts", "tests/integration/broken_answers_test.ts"],
  },
  {
    what: "an OAuth error with any status is a refusal",
    file: "src/oauth/token_response.ts",
    from: "(response.ok || REFUSING.includes(status))",
    to: "true",
    tests: ["tests/unit/token_response_test.ts", "tests/unit/session_refused_test.ts"],
  },
  {
    what: "the polling goes on after a 2xx that broke off",
    file: "src/oauth/device.ts",
    from: ' && error.code !== "answer_cut"',
    to: "",
    tests: ["tests/integration/broken_answers_test.ts"],
  },
  {
    what: "the scripts of a web page are an answer",
    file: "src/oauth/answer_fields.ts",
    from: "if (isPage(text)) return answerBehindNotices(text);",
    to: "",
    tests: ["tests/unit/answer_fields_test.ts"],
  },
  {
    what: "tokens behind notices of PHP are not found",
    file: "src/oauth/answer_fields.ts",
    from: "if (isPage(text)) return answerBehindNotices(text);",
    to: "if (isPage(text)) return undefined;",
    tests: ["tests/unit/answer_fields_test.ts"],
  },
  {
    what: "the second part of what is packed is lost",
    file: "src/system/unpacked.ts",
    from: "rest = rest.subarray(part.taken);",
    to: "break;",
    tests: ["tests/unit/unpacked_test.ts"],
  },
  {
    what: "a body that is no form is traced as one",
    file: "src/system/http.ts",
    from:
      'if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "";',
    to: "",
    tests: ["tests/integration/http_test.ts"],
  },
  {
    what: "profile remove removes the login before it reads the rest",
    file: "src/commands/profile_remove.ts",
    from: "if (hadLogin) await loadOrSetAside(() => login.load(), warn);",
    to: "if (hadLogin) await login.remove();",
    tests: ["tests/hostile/damaged_files_test.ts"],
  },
  {
    what: "tokens in an object of another are not found",
    file: "src/oauth/answer_fields.ts",
    from: "return isGrant ? { ...whole, ...pairs } : whole;",
    to: "return whole;",
    tests: ["tests/unit/answer_fields_test.ts"],
  },
  {
    what: "a repeated refresh token counts like a new one",
    file: "src/oauth/answer_fields.ts",
    from: "isOld(known) && !isOld(value)",
    to: "false",
    tests: ["tests/unit/answer_fields_test.ts"],
  },
  {
    what: "a packed answer is asked for",
    file: "src/system/http.ts",
    from: '  "accept-encoding": "identity",\n',
    to: "",
    tests: ["tests/integration/broken_answers_test.ts"],
  },
  {
    what: "another user's tokens are not marked",
    file: "src/session/grants.ts",
    from: "await markNotThisLogin(grant.tokenSet, login, { system, talk });",
    to: "",
    tests: ["tests/unit/subject_test.ts"],
  },
  {
    what: "a signal ends the program before a rejected login is marked",
    file: "src/session/session.ts",
    from: "using _signals = await context.system.holdSignals();",
    to: "",
    tests: ["tests/e2e/signals_test.ts"],
  },
  {
    what: "status does not look for waiting tokens",
    file: "src/session/store_in_use.ts",
    from: "if (login.lost !== undefined) throw login.lost;",
    to: "",
    tests: ["tests/unit/waiting_tokens_test.ts"],
  },
  {
    what: "the directory is not synced after the rename",
    file: "src/files/replacement.ts",
    from: '  syncDirectoryOf(path, "written", warn);\n',
    to: "",
    tests: ["tests/integration/durable_write_test.ts"],
  },
  {
    what: "the state is not compared at the redirection endpoint",
    file: "src/oauth/loopback.ts",
    from: 'if (!isState(url.searchParams.get("state"), attempt)) {',
    to: 'if (url.searchParams.get("state") === null) {',
    tests: ["tests/unit/loopback_test.ts", "tests/integration/hostile_test.ts"],
  },
  {
    what: "a second answer is shown the first one's page",
    file: "src/oauth/loopback.ts",
    from: "return await pageResponse(isFirst ? page : FINISHED_PAGE);",
    to: "return await pageResponse(page);",
    tests: ["tests/unit/loopback_test.ts"],
  },
  {
    what: "a second visitor of the start page is led on",
    file: "src/oauth/start_page.ts",
    from: "if (isVisited && !hasCookie(request, cookie)) {",
    to: "if (isVisited && path === cookie) {",
    tests: ["tests/unit/start_page_test.ts"],
  },
  {
    what: "a relay does without [::1]",
    file: "src/oauth/listen_addresses.ts",
    from: 'hostname === "localhost" || hostname !== redirectHost',
    to: 'hostname === "localhost"',
    tests: ["tests/unit/listen_addresses_test.ts", "tests/integration/relay_test.ts"],
  },
  {
    what: "a connection gets a place although each is taken",
    file: "src/system/connections.ts",
    from: "    if (taken.size >= most) return false;\n",
    to: "",
    tests: ["tests/integration/listener_test.ts"],
  },
  {
    what: "the state of a pasted address is not compared",
    file: "src/oauth/paste.ts",
    from: 'if (!isState(parameters.get("state"), attempt)) {',
    to: 'if (parameters.get("state") === "") {',
    tests: ["tests/unit/paste_test.ts"],
  },
  {
    what: "what is on this computer goes through a proxy",
    file: "src/system/http_client.ts",
    from: "  for (const [name] of kept) Deno.env.delete(name);\n",
    to: "",
    tests: ["tests/hostile/proxy_faults_test.ts"],
  },
  {
    what: "the trace shows what a request carries",
    file: "src/base/masking.ts",
    from: "OPEN_PARAMETERS.has(name) ? value : MASK",
    to: "value",
    tests: ["tests/integration/http_test.ts"],
  },
  {
    what: "an answer repeats what was sent",
    file: "src/oauth/wire.ts",
    from: "JSON.stringify(maskFields(sent, fields))",
    to: "JSON.stringify(fields)",
    tests: ["tests/unit/echoes_test.ts"],
  },
  {
    what: "a secret shows itself when it is printed",
    file: "src/base/secret.ts",
    from: "  toString(): string {\n    return MASK;",
    to: "  toString(): string {\n    return this.#value;",
    tests: ["tests/unit/secret_test.ts"],
  },
  {
    what: "files are made for everybody to read",
    file: "src/files/replacement.ts",
    from: "{ ...options, mode: 0o600 }",
    to: "{ ...options, mode: 0o644 }",
    tests: ["tests/unit/private_file_test.ts"],
  },
  {
    what: "nothing is prepared before a refresh token is sent",
    file: "src/session/grants.ts",
    from: "  await login.prepare();\n",
    to: "",
    tests: ["tests/unit/login_failures_test.ts", "tests/hostile/disk_faults_test.ts"],
  },
  {
    what: "the choice among profiles changes without a lock",
    file: "src/session/current_profile.ts",
    from: "  using _lock = await lockConfig(configDir, system);\n",
    to: "",
    tests: ["tests/unit/changed_profile_test.ts"],
  },
  {
    what: "a login takes over the servers that a profile got while it waited",
    file: "src/sign_in/save_login.ts",
    from: "    PLACE.includes(name) || typed",
    to: "    typed",
    tests: ["tests/unit/changed_profile_test.ts"],
  },
  {
    what: "rescued tokens are not put back",
    file: "src/store/locked_login.ts",
    from: "mayHaveLeft(path, lock, system)\n      ?",
    to: "false\n      ?",
    tests: ["tests/unit/rescue_test.ts"],
  },
  {
    what: "tokens that were rescued for another login are put back",
    file: "src/store/rescued.ts",
    from: "address !== identity",
    to: "false",
    tests: ["tests/unit/rescue_test.ts"],
  },
  {
    what: "rescued tokens are put over a login that they do not follow",
    file: "src/store/put_back.ts",
    from: "!await isFollowed(present, rescued)",
    to: "false",
    tests: ["tests/unit/rescue_lineage_test.ts"],
  },
  {
    what: "rescued tokens are saved in a shared store over a login that they do not follow",
    file: "src/store/shared_delivery.ts",
    from: "await rowFingerprint(row.row, place) === rescue.follows",
    to: "true",
    tests: ["tests/store/rescues_test.ts"],
  },
  {
    what: "a login is refreshed where its move began",
    file: "src/session/session.ts",
    from: "if (movingTo !== undefined)",
    to: "if (false)",
    tests: ["tests/store/moving_test.ts"],
  },
  {
    what: "a login is moved although the tokens after it were rescued and cannot be read",
    file: "src/store/moving.ts",
    from: "if (lost !== undefined) throw lost;",
    to: "",
    tests: ["tests/unit/moving_test.ts"],
  },
  {
    what: "a login is given out that a used refresh token may have ended",
    file: "src/session/session.ts",
    from: "isDoubtful: mayComeFrom(present, stored)",
    to: "isDoubtful: false",
    tests: ["tests/unit/session_refused_test.ts"],
  },
  {
    what: "settings of a store replace those that this computer has of its own",
    file: "src/store/shared_settings.ts",
    from: "if (isOwn && !isWanted)",
    to: "if (false)",
    tests: ["tests/store/own_settings_test.ts"],
  },
  {
    what: "a refresh is repeated although its lock may be lost",
    file: "src/session/grants.ts",
    from: "guarded.fetch(request, confirm)",
    to: "system.fetch(request)",
    tests: ["tests/store/suite_test.ts"],
  },
  {
    what: "a refresh token that was used leaves a computer that slept in the handshake",
    file: "src/system/guarded_request.ts",
    from: "await confirm();\n      //",
    to: "//",
    tests: ["tests/store/asleep_test.ts"],
  },
  {
    what: "what a row says about itself becomes a line of ours",
    file: "src/store/engines/row_texts.ts",
    from: "savedBy && nameOrQuoted(savedBy)",
    to: "savedBy",
    tests: ["tests/store/names_test.ts"],
  },
  {
    what: "a refresh token is sent although the tokens after it were rescued",
    file: "src/session/grants.ts",
    from: "!isSignIn && login.lost !== undefined",
    to: "false",
    tests: ["tests/unit/session_failures_test.ts"],
  },
  {
    what: "a refresh is sent again after any lost answer",
    file: "src/oauth/refresh.ts",
    from: "error instanceof CliError && error.isCut === true",
    to: "error instanceof CliError && error.answerLost",
    tests: ["tests/unit/refresh_patience_test.ts"],
  },
  {
    what: "a link to where others can write is followed",
    file: "src/files/private_file.ts",
    from: "if (info.isDirectory && (mode & 0o577) === 0o500) return;",
    to: "if (info.isDirectory) return;",
    tests: ["tests/unit/linked_directory_test.ts"],
  },
  {
    what: "the code is sent again when its answer was lost",
    file: "src/oauth/authorization_code.ts",
    from: '  const reply = await readReply(response, server);\n  if (reply.kind === "refused") {',
    to: "  await wireOptions(server, system)[oauth.customFetch](server.tokenEndpoint);\n" +
      '  const reply = await readReply(response, server);\n  if (reply.kind === "refused") {',
    tests: ["tests/unit/authorization_code_test.ts"],
  },
  {
    what: "the relay goes wherever the query says",
    file: "src/oauth/relay.ts",
    from: "const m=/^(\\\\d{1,5})\\\\.[\\\\w-]{43}$/",
    to: "const m=/^(.*?)\\\\.[\\\\w-]{43}$/",
    tests: ["tests/unit/relay_test.ts"],
  },
];

const ROOT = new URL("../", import.meta.url).pathname;

if (import.meta.main) Deno.exitCode = await main() === 0 ? 0 : 1;

/** Breaks a copy of the tree in each way in turn; how many ways no test noticed. */
async function main(): Promise<number> {
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-mutations-" });
  try {
    await copyTree(directory);
    await expectToPass(directory);
    let unnoticed = 0;
    for (const mutation of MUTATIONS) {
      const isKilled = await isNoticed(mutation, directory);
      if (!isKilled) unnoticed++;
      say(`${isKilled ? "noticed  " : "UNNOTICED"} ${mutation.what}`);
    }
    say(`${MUTATIONS.length - unnoticed} noticed, ${unnoticed} not`);
    return unnoticed;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function copyTree(directory: string): Promise<void> {
  if (await run("cp", ["-r", ".", directory], ROOT) !== 0) {
    throw new Error("the tree cannot be copied");
  }
}

async function expectToPass(directory: string): Promise<void> {
  for (const test of new Set(MUTATIONS.flatMap(({ tests }) => tests))) {
    const isSound = await pass([test], directory) || await pass([test], directory); // a busy machine
    if (!isSound) throw new Error(`${test} fails before anything is broken`);
  }
}

async function isNoticed(mutation: Mutation, directory: string): Promise<boolean> {
  const path = `${directory}/${mutation.file}`;
  const source = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, applyMutation(source, mutation));
  try {
    return !await pass(mutation.tests, directory);
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

/** The source with the mutation in it. @throws when the source does not have the place exactly once. */
export function applyMutation(source: string, { what, file, from, to }: Mutation): string {
  if (source.split(from).length !== 2) throw new Error(`${file} has changed: ${what}`);
  return source.replace(from, () => to);
}

function pass(tests: readonly string[], directory: string): Promise<boolean> {
  const args = [
    "test",
    "--config",
    "-A",
    "--no-check",
    "--no-prompt",
    "--parallel",
    ...tests,
  ];
  return run(Deno.execPath(), args, directory).then((code) => code === 0);
}

/** Runs a program quietly; its exit code. */
async function run(program: string, args: readonly string[], cwd: string): Promise<number> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).code;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
