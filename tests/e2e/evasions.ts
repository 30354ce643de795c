// Ways around a fence that lets through one model of one workspace, to read.
// Rule: each has a name; the paths are made from parts, so that no spelling of a part is forgotten.

/** What the fence of these evasions lets through. */
export const INSIDE = "/2/0/workspaces/W1/models/M1";

/** A request that must not pass: as it is on the wire, with the secret before its path. */
export interface Evasion {
  readonly name: string;
  readonly target: string;
  readonly method?: string;
  readonly headers?: string;
}

/** Spellings of `..`, as some server may read them. */
const UP: Readonly<Record<string, string>> = {
  "plain dots": "..",
  "encoded dots": "%2e%2e",
  "one encoded dot": ".%2e",
  "twice encoded dots": "%252e%252e",
  "overlong dots": "%c0%ae%c0%ae",
  "dots of IIS": "%u002e%u002e",
  "fullwidth dots": "%ef%bc%8e%ef%bc%8e",
  "two dot leader": "%e2%80%a5",
  "dots with a parameter": "..;",
  "dots and a blank": "..%20",
  "dots and NUL": "..%00",
  "dots and a line end": "..%0d%0a",
};

/** Spellings of `/`. */
const SLASH: Readonly<Record<string, string>> = {
  "an encoded slash": "%2f",
  "a twice encoded slash": "%252f",
  "an overlong slash": "%c0%af",
  "an encoded backslash": "%5c",
  "a fullwidth slash": "%ef%bc%8f",
};

/** Headers that rename a request. */
const RENAMING = ["X-Original-URL", "X-Forwarded-Prefix"];

function* climbing(): Generator<Evasion> {
  for (const [how, up] of Object.entries(UP)) {
    yield { name: `${how} to another model`, target: `${INSIDE}/${up}/M2/exports/1` };
    yield { name: `${how} from below`, target: `${INSIDE}/views/${up}/${up}/M2` };
  }
  for (const [how, slash] of Object.entries(SLASH)) {
    yield { name: `dots and ${how}`, target: `${INSIDE}/..${slash}M2` };
    yield { name: `${how} and dots`, target: `${INSIDE}${slash}..${slash}M2` };
    yield { name: `${how} after the prefix`, target: `${INSIDE}${slash}x` };
  }
}

function* boundaries(): Generator<Evasion> {
  const names: Readonly<Record<string, string>> = {
    "a longer name": `${INSIDE}2`,
    "a parameter": `${INSIDE};x=y`,
    "an encoded question mark": `${INSIDE}%3fx`,
    "NUL": `${INSIDE}%00`,
    "other capitals": INSIDE.toLowerCase(),
    "the workspace": "/2/0/workspaces/W1",
    "the root": "/",
    "nothing": "",
    "two slashes at first": `/${INSIDE}`,
    "two slashes inside": INSIDE.replace("/models", "//models"),
    "the prefix in the query": `/2/0/models?x=${INSIDE}`,
    "the prefix after another path": `/2/0/models${INSIDE}`,
    "the prefix at a host": `/host/audit.anaplan.com${INSIDE}`,
    "the prefix at an encoded host": `/%68ost/audit.anaplan.com${INSIDE}`,
    "a host above": `${INSIDE}/../../../../../../host/audit.anaplan.com/audit/api/1/events`,
    "a user in front": `/@evil.example${INSIDE}`,
    "a malformed escape": `${INSIDE}/%`,
    "an escape of no character": `${INSIDE}/%ff`,
    "a letter that folds": `${INSIDE}/%ef%bc%ad2`,
    "a control character": `${INSIDE}/%01`,
    "a twice encoded letter": INSIDE.replace("M1", "%254d1"),
  };
  for (const [name, target] of Object.entries(names)) yield { name, target };
}

function* methods(): Generator<Evasion> {
  for (const method of ["POST", "DELETE", "OPTIONS", "PROPFIND"]) {
    yield { name: `${method} to a reader's place`, target: INSIDE, method };
  }
  for (const method of ["get", "GETT"]) {
    yield { name: `the method "${method}"`, target: INSIDE, method };
  }
  for (const name of ["_method", "X-HTTP-Method-Override", "%5fmethod"]) {
    yield { name: `the parameter ${name}`, target: `${INSIDE}?a=b&${name}=DELETE` };
  }
  yield { name: "a parameter after a semicolon", target: `${INSIDE}?a=b;_method=DELETE` };
  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method"]) {
    yield {
      name: `POST as GET by ${name}`,
      target: INSIDE,
      method: "POST",
      headers: `${name}: GET\r\n`,
    };
  }
  for (const name of RENAMING) {
    yield {
      name: `another path by ${name}`,
      target: "/2/0/models",
      headers: `${name}: ${INSIDE}\r\n`,
    };
  }
}

/** All of them. */
export const EVASIONS: readonly Evasion[] = [...climbing(), ...boundaries(), ...methods()];
