// What Deno lets a task do: code that got into the program still sends nothing elsewhere, runs nothing and reads no
// variable of others. Deno itself is asked, with the flags of the task and other code in the program's place.
import { assertEquals } from "@std/assert";
import { makeHome } from "./support/home.ts";
import { bareEnvironment } from "./support/program.ts";
import { taskFlags } from "./support/task_command.ts";

const DENIED: readonly Deno.PermissionDescriptor[] = [
  ...(["ffi", "import", "net", "env"] as const).map((name) => ({ name })),
  ...["example.com", "anaplan.com.example.com", "127.0.0.2:80", "0.0.0.0:80"]
    .map((host) => ({ name: "net", host }) as const),
  ...["AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "PATH"]
    .map((variable) => ({ name: "env", variable }) as const),
  { name: "run", command: "sh" },
];
const GRANTED: readonly Deno.PermissionDescriptor[] = [
  ...["api.anaplan.com", "us1a.app.anaplan.com", "127.0.0.1:8443"]
    .map((host) => ({ name: "net", host }) as const),
  ...["ANAPLAN_PROFILE", "HOME"].map((variable) => ({ name: "env", variable }) as const),
  { name: "read" },
  { name: "write" },
];
const ASK = `console.log(JSON.stringify(JSON.parse(Deno.args[0])
  .filter((question) => Deno.permissions.querySync(question).state === "granted")))`;

for (const task of ["whoami", "token", "refresh", "api"]) {
  Deno.test(`${task} may reach Anaplan, this computer and its own files, and nothing else`, async () => {
    await using home = await makeHome();
    const file = `${home.path}/ask.js`;
    await Deno.writeTextFile(file, ASK);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...await taskFlags(task), file, JSON.stringify([...DENIED, ...GRANTED])],
      clearEnv: true,
      env: await bareEnvironment(home.path),
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), GRANTED);
  });
}
