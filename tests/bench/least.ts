// The smallest Deno program that fetches and prints: the floor for `api`. Rule: whatever can be left out is left out.

const env = (name: string): string => Deno.env.get(name) ?? "";
const { accessToken } = JSON.parse(Deno.readTextFileSync(env("LOGIN_FILE")));
const client = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(env("CA_FILE"))] });
const headers = { authorization: `AnaplanAuthToken ${accessToken}` };
const response = await fetch(Deno.args[0] ?? "", { headers, client });
for await (const chunk of response.body ?? []) await Deno.stdout.write(chunk);
client.close();
