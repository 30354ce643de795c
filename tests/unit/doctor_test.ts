// The command `doctor` as a whole: its lines, its exit code, and what it never shows.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { saveFailure } from "../../src/settings/last_failure.ts";
import { CliError } from "../../src/base/errors.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { dateTime } from "../../src/base/times.ts";
import {
  datedAnswer,
  doctorScene,
  type DoctorWishes,
  printDoctor,
  runDoctor,
} from "../support/doctor_scene.ts";
import { fakeListener } from "../support/fake_listener.ts";
import { START } from "../support/fake_system.ts";
import { ISSUER } from "../support/issuer_scene.ts";
import { LOGIN, unreachable } from "../support/logins.ts";
import { nextOf } from "../support/shown.ts";
import { namesIn } from "../support/temp_dir.ts";

Deno.test("doctor on a healthy computer finds nothing wrong, and is exit 0", async () => {
  using scene = doctorScene();
  const { outcome, checks } = await runDoctor(scene);
  assertEquals(outcome, undefined);
  assertEquals(checks.filter(({ mark }) => mark !== "ok"), []);
  assertEquals(checks.map(({ name }) => name), [
    ...["Proxy", "Trust", "Port", "Certificate", "Callback URL", "Files", "Sealing"],
    ...["Network", "Clock", "Firewall", "TLS", "Region", "Login"],
  ]);
  using again = doctorScene();
  assertMatch(await printDoctor(again), /\n\nNothing is wrong\.$/);
});

Deno.test("each line is mark, name and what was seen; what to do is under it", async () => {
  using scene = doctorScene({ login: undefined });
  const text = await printDoctor(scene);
  assertMatch(text, /^✓ Clock {9}0 s ahead of the server's$/m);
  assertMatch(
    text,
    /^! Login {9}none \(profile default\)\n {16}Next: anaplan-auth login$/m,
  );
  assertMatch(text, /\n\n1 warning\.$/);
});

Deno.test("doctor --json has name, mark, seen and next of each check, and nothing else", async () => {
  using scene = doctorScene({ login: undefined });
  const { data } = await runDoctor(scene);
  const { checks } = data as { readonly checks: readonly Record<string, unknown>[] };
  for (const check of checks) assertEquals(Object.keys(check), ["name", "mark", "seen", "next"]);
  assertEquals(checks.find(({ name }) => name === "Login"), {
    name: "Login",
    mark: "warning",
    seen: "none (profile default)",
    next: "anaplan-auth login",
  });
});

Deno.test("warnings alone are exit 0", async () => {
  using scene = doctorScene({ login: undefined });
  assertEquals((await runDoctor(scene)).outcome, undefined);
});

Deno.test("the exit code is that of the first problem", async () => {
  const ended = { ...LOGIN, endedBy: "invalid_grant" };
  using port = doctorScene({ login: ended, serve: fakeListener("taken").serve });
  const diagnosis = await runDoctor(port);
  assertEquals(diagnosis.outcome, "unavailable"); // the port comes before the login
  using again = doctorScene({ login: ended, serve: fakeListener("taken").serve });
  assertMatch(await printDoctor(again), /\n\n2 problems\.$/);
  using login = doctorScene({ login: ended });
  assertEquals((await runDoctor(login)).outcome, "login_required");
});

Deno.test("problems and warnings are counted apart", async () => {
  using scene = doctorScene({ login: undefined, serve: fakeListener("taken").serve });
  assertMatch(await printDoctor(scene), /\n\n1 problem, 1 warning\.$/);
});

Deno.test("without any network there is one problem, and what needs it is skipped", async () => {
  using scene = doctorScene({
    answers: () => {
      throw unreachable();
    },
  });
  const { outcome, checks } = await runDoctor(scene);
  assertEquals(outcome, "unavailable");
  const others = checks.filter(({ mark }) => mark !== "ok").map(({ name, mark }) => [name, mark]);
  assertEquals(others, [
    ["Network", "problem"],
    ["Clock", "skipped"],
    ["Firewall", "skipped"],
    ["TLS", "skipped"],
    ["Region", "skipped"],
  ]);
  using again = doctorScene({
    answers: () => {
      throw unreachable();
    },
  });
  const text = await printDoctor(again);
  assertMatch(text, /^– Clock {9}skipped: it needs us1a\.app\.anaplan\.com\n/m);
  assertMatch(text, /\n\n1 problem\.$/);
});

Deno.test("each check is printed when it ends, before the next one has begun", async () => {
  const answer = Promise.withResolvers<void>();
  using scene = doctorScene();
  const { system } = scene.context;
  const fetch = async (...args: Parameters<typeof system.fetch>): Promise<Response> => {
    await answer.promise;
    return await system.fetch(...args);
  };
  const context = { ...scene.context, system: { ...system, fetch } };
  const reply = await doctor(scene.flags, context);
  assert(reply.kind === "lines");
  const seen: string[] = [];
  for await (const line of reply.lines) {
    seen.push(formatWords(line).slice(0, 9));
    if (seen.length === 7) answer.resolve(); // whatever this computer alone can say
  }
  assertEquals(seen[6], "✓ Sealing");
  assertEquals(seen[7], "✓ Network");
});

Deno.test("a silent API costs no second wait: the region is skipped, and the rest is looked at", async () => {
  using scene = doctorScene({
    answers(_, { host }) {
      if (host === "api.anaplan.com") throw unreachable();
      return undefined;
    },
  });
  const { named } = await runDoctor(scene);
  assertEquals(named("Region").map(({ seen }) => seen), ["skipped: it needs api.anaplan.com"]);
  assertEquals(named("Firewall").map(({ mark }) => mark), ["ok"]);
  const paths = scene.context.system.requests.map(({ url }) => new URL(url).pathname);
  assertEquals(paths.includes("/2/0/users/me"), false);
});

Deno.test("doctor shows no secret, whatever it finds", async () => {
  const env = {
    HTTPS_PROXY: "http://ada:proxy-password@proxy.example.com:3128",
    ANAPLAN_CLIENT_SECRET: "env-secret",
    SECRET: "tutorial-secret",
  };
  using scene = doctorScene({ env });
  saveFailure(scene.configDir, "default", "refresh", new CliError("denied", "No"), START);
  const { data } = await runDoctor(scene);
  const shown = await printDoctor(scene) + JSON.stringify(data) + scene.context.talk.said.join();
  const secrets = ["old-access", "old-refresh", "client-secret", "env-secret", "tutorial-secret"];
  for (const secret of [...secrets, "proxy-password", "ada:"]) assert(!shown.includes(secret));
});

Deno.test("only the region is asked with the token; everything else is asked by a stranger", async () => {
  using scene = doctorScene();
  await runDoctor(scene);
  for (const { url, headers, body } of scene.context.system.requests) {
    const isRegion = url === "https://api.anaplan.com/2/0/users/me";
    assertEquals(headers?.authorization, isRegion ? "Bearer old-access" : undefined);
    assertEquals(body, undefined);
    assert(!/old-|secret/.test(url));
  }
});

Deno.test("doctor changes nothing on the disk", async () => {
  using scene = doctorScene();
  const before = namesIn(scene.configDir);
  await runDoctor(scene);
  assertEquals(namesIn(scene.configDir), before);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.json"]);
});

Deno.test("the last failure is shown with its time and command, as neither right nor wrong", async () => {
  using scene = doctorScene();
  const failure = new CliError("unavailable", "Cannot reach auth.anaplan.com: no answer");
  saveFailure(scene.configDir, "default", "refresh", failure, START);
  const { named, outcome } = await runDoctor(scene);
  assertEquals(outcome, undefined);
  assertEquals(named("Last failure").map(({ mark, seen }) => [mark, seen]), [
    ["note", `${dateTime(START)}, refresh: Cannot reach auth.anaplan.com: no answer`],
  ]);
});

Deno.test("what Anaplan called itself at the last login is shown", async () => {
  using scene = doctorScene();
  saveProfile(scene.configDir, "default", { seenIssuer: "https://iam.anaplan.com/" }, () => {});
  const { named } = await runDoctor(scene);
  assertStringIncludes(named("Issuer")[0]?.seen ?? "", "https://iam.anaplan.com/");
});

Deno.test("what was seen is wrapped at 80 columns, under its own column", async () => {
  using scene = doctorScene();
  const message = `Cannot reach the server: ${"it did not answer ".repeat(12)}`;
  saveFailure(scene.configDir, "default", "refresh", new CliError("unavailable", message), START);
  const text = await printDoctor(scene);
  const lines = text.split("\n").filter((line) => !line.includes("Next:"));
  assertEquals(lines.filter((line) => line.length > 80), []);
  assertMatch(text, /Last failure {2}2026.*\n {16}\S/);
});

Deno.test("doctor takes the settings of a login that is still to come", async () => {
  using scene = doctorScene({ login: undefined });
  const { named } = await runDoctor(scene, { region: "eu3" });
  assertEquals(
    named("Network")[0]?.seen,
    "eu3.app.anaplan.com, eu3.api.anaplan.com, eu3.auth.anaplan.com answer",
  );
});

Deno.test("an issuer that cannot be reached is one problem beside everything else", async () => {
  using scene = doctorScene({
    answers: (_, { host }) => {
      if (host === "as.example.com") throw unreachable();
      return undefined;
    },
  });
  const { checks, outcome } = await runDoctor(scene, { issuer: ISSUER });
  assertEquals(checks.map(({ name, mark }) => mark === "ok" ? name : `${name} ${mark}`), [
    ...["Proxy", "Trust", "Port", "Certificate", "Callback URL", "Files", "Sealing"],
    ...["Issuer problem", "Login"],
  ]);
  assertEquals(outcome, "unavailable");
});

const TROUBLES: Readonly<Record<string, DoctorWishes>> = {
  Firewall: {
    answers: (_, { search }) => search.includes("127.0.0.1") ? datedAnswer(START, 403) : undefined,
  },
  Login: {
    answers: (_, { pathname }) =>
      pathname.endsWith("/me") ? new Response(null, { status: 401 }) : undefined,
  },
  Port: { platform: "windows", serve: fakeListener("refused").serve },
};
for (const [name, wishes] of Object.entries(TROUBLES)) {
  Deno.test(`the lines of a problem with ${name} are 80 columns at most, the Next line among them`, async () => {
    using scene = doctorScene(wishes);
    const { named } = await runDoctor(scene);
    const text = await printDoctor(scene);
    assertEquals(named(name).map(({ mark }) => mark), ["problem"]);
    assertStringIncludes(text, `Next: ${nextOf(named(name)[0])}`);
    assertEquals(text.split("\n").filter((line) => line.length > 80), []);
  });
}
