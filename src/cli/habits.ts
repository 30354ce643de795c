// What other tools call the same thing. Rule: pure; a word that is a name of ours is never replaced.

/** Groups of other tools, and the words for ours in `profile`. */
const IN_PROFILE: Readonly<Record<string, string>> = {
  add: "set",
  create: "set",
  new: "set",
  delete: "remove",
  rm: "remove",
  ls: "list",
  switch: "use",
};
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  version: ["--version"],
  signin: ["login"],
  signout: ["logout"],
  profiles: ["profile", "list"],
};

/** The command line in our words; the same array when it already is. */
export function rewrite(argv: readonly string[]): readonly string[] {
  const [first = "", second = "", ...rest] = argv;
  if (first === "auth" && /^\w/.test(second)) return [second, ...rest]; // as gh and others have it
  if (first === "profile" && Object.hasOwn(IN_PROFILE, second)) {
    return [first, IN_PROFILE[second] ?? second, ...rest];
  }
  const ours = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return ours === undefined ? argv : [...ours, ...argv.slice(1)];
}
