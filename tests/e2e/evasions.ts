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
  "encoded dots in capitals": "%2E%2E",
  "one encoded dot": ".%2e",
  "the other encoded dot": "%2e.",
  "twice encoded dots": "%252e%252e",
  "three times encoded dots": "%25252e%25252e",
  "overlong dots": "%c0%ae%c0%ae",
  "longer overlong dots": "%e0%80%ae%e0%80%ae",
  "dots of IIS": "%u002e%u002e",
  "fullwidth dots": "%ef%bc%8e%ef%bc%8e",
  "one dot leader": "%e2%80%a4%e2%80%a4",
  "two dot leader": "%e2%80%a5",
  "dots with a parameter": "..;",
  "dots with a parameter's value": "..;x=y",
  "dots with an encoded parameter": "..%3b",
  "dots and a blank": "..%20",
  "a blank and dots": "%20..",
  "dots and a tab": "..%09",
  "dots and NUL": "..%00",
  "three dots": "...",
  "dots and a line end": "..%0d%0a",
};

/** Spellings of `/`. */
const SLASH: Readonly<Record<string, string>> = {
  "an encoded slash": "%2f",
  "an encoded slash in capitals": "%2F",
  "a twice encoded slash": "%252f",
  "an overlong slash": "%c0%af",
  "an encoded backslash": "%5c",
  "a twice encoded backslash": "%255c",
  "a fullwidth slash": "%ef%bc%8f",
  "a division slash of IIS": "%u2215",
  "a fullwidth backslash": "%ef%bc%bc",
};

/** Places that may not be reached. */
const AIMS: Readonly<Record<string, string>> = {
  "another model": "M2",
  "another model's data": "M2/exports/1",
};

/** Headers that rename a request. */
const RENAMING = ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Uri"];

function* climbing(): Generator<Evasion> {
  for (const [how, up] of Object.entries(UP)) {
    for (const [where, aim] of Object.entries(AIMS)) {
      yield { name: `${how} to ${where}`, target: `${INSIDE}/${up}/${aim}` };
    }
    yield { name: `${how} from below`, target: `${INSIDE}/views/${up}/${up}/M2` };
  }
  for (const [how, slash] of Object.entries(SLASH)) {
    yield { name: `dots and ${how}`, target: `${INSIDE}/..${slash}M2` };
    yield { name: `${how} and dots`, target: `${INSIDE}${slash}..${slash}M2` };
    yield {
      name: `${how} and encoded dots`,
      target: `${INSIDE}/x${slash}%2e%2e${slash}%2e%2e${slash}M2`,
    };
    yield { name: `${how} after the prefix`, target: `${INSIDE}${slash}x` };
  }
}

function* boundaries(): Generator<Evasion> {
  const names: Readonly<Record<string, string>> = {
    "a longer name": `${INSIDE}2`,
    "a name with a dash": `${INSIDE}-copy`,
    "a name with a dot": `${INSIDE}.json`,
    "a parameter": `${INSIDE};x=y`,
    "an encoded question mark": `${INSIDE}%3fx`,
    "an encoded number sign": `${INSIDE}%23x`,
    "NUL": `${INSIDE}%00`,
    "a blank": `${INSIDE}%20`,
    "a soft hyphen": `${INSIDE}%c2%ad`,
    "other capitals": INSIDE.toLowerCase(),
    "capitals": INSIDE.toUpperCase(),
    "the workspace": "/2/0/workspaces/W1",
    "all workspaces": "/2/0/workspaces",
    "the root": "/",
    "nothing": "",
    "two slashes at first": `/${INSIDE}`,
    "two slashes inside": INSIDE.replace("/models", "//models"),
    "two slashes and dots": `${INSIDE}//../../M2`,
    "a dot at first": `/.${INSIDE}/../M2`,
    "the prefix in the query": `/2/0/models?x=${INSIDE}`,
    "the prefix as a parameter": `/2/0/models;${INSIDE}`,
    "the prefix after another path": `/2/0/models${INSIDE}`,
    "the prefix at a host": `/host/audit.anaplan.com${INSIDE}`,
    "the prefix at an encoded host": `/%68ost/audit.anaplan.com${INSIDE}`,
    "the prefix at its own host": `/host/127.0.0.1${INSIDE}`,
    "a host above": `${INSIDE}/../../../../../../host/audit.anaplan.com/audit/api/1/events`,
    "a user in front": `/@evil.example${INSIDE}`,
    "a malformed escape": `${INSIDE}/%`,
    "half of an escape": `${INSIDE}/%2`,
    "an escape of no character": `${INSIDE}/%ff`,
    "a letter that folds": `${INSIDE}/%ef%bc%ad2`,
    "a control character": `${INSIDE}/%01`,
    "a delete character": `${INSIDE}/%7f`,
    "an escape of C1": `${INSIDE}/%c2%85`,
    "a twice encoded letter": INSIDE.replace("M1", "%254d1"),
    "an encoded percent sign": `${INSIDE}/100%25`,
  };
  for (const [name, target] of Object.entries(names)) yield { name, target };
}

function* methods(): Generator<Evasion> {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PURGE", "LINK"]) {
    yield { name: `${method} to a reader's place`, target: INSIDE, method };
  }
  for (const method of ["get", "Get", "GETT", "GE T"]) {
    yield { name: `the method "${method}"`, target: INSIDE, method };
  }
  for (
    const name of [
      "_method",
      "X-HTTP-Method-Override",
      "x-http-method",
      "_httpMethod",
      "_METHOD",
      "%5fmethod",
    ]
  ) {
    yield { name: `the parameter ${name}`, target: `${INSIDE}?a=b&${name}=DELETE` };
  }
  yield { name: "a parameter after a semicolon", target: `${INSIDE}?a=b;_method=DELETE` };
  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
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
