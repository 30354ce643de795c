// What a command may touch. Rule: data only, and the one place that says it. After a change here,
// `deno task permissions` writes it into deno.json. Each command gives up what it does not need before it runs.

/** The hosts that may be reached: Anaplan's, and this computer. */
export const HOSTS: readonly string[] = ["*.anaplan.com", "127.0.0.1", "[::1]", "localhost"];

/** The variables that any command may read. */
export const VARIABLES: readonly string[] = [
  "ANAPLAN_*",
  "CLIENT",
  "SECRET",
  "HOME",
  "XDG_CONFIG_HOME",
  "APPDATA",
  "NO_COLOR",
  "TERM",
  "CI",
  "SSL_CERT_FILE",
  "DENO_CERT",
  "NODE_EXTRA_CA_CERTS",
  "XDG_RUNTIME_DIR",
  "TMPDIR",
  "TEMP",
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
  "PG*",
];

/** What tells how a browser is opened here, and how a terminal is written to. */
export const SIGN_IN_VARIABLES: readonly string[] = [
  "BROWSER",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "WSL_DISTRO_NAME",
  "SSH_CONNECTION",
  "USER",
  "LOGNAME",
  "container",
  "KUBERNETES_SERVICE_HOST",
  "TERM_PROGRAM",
  "TERM_PROGRAM_VERSION",
  "VTE_VERSION",
  "WT_SESSION",
  "KITTY_WINDOW_ID",
  "KONSOLE_VERSION",
  "FORCE_HYPERLINK",
  "ACCESSIBLE",
  "TMUX",
  "COLORTERM",
  "FORCE_COLOR",
  "NODE_DISABLE_COLORS",
  "TEAMCITY_VERSION",
  "TF_BUILD",
];

/** What `doctor` reads besides. */
export const DOCTOR_VARIABLES: readonly string[] = ["DENO_TLS_CA_STORE"];

/** All that `complete` reads: it runs at every Tab, and has no business with secrets. */
export const COMPLETION_VARIABLES: readonly string[] = [
  "ANAPLAN_AUTH_COMMAND",
  "ANAPLAN_AUTH_CONFIG_DIR",
  "ANAPLAN_AUTH_DEBUG",
  "HOME",
  "XDG_CONFIG_HOME",
  "APPDATA",
  "NO_COLOR",
  "TERM",
  "CI",
];

/** Every variable that only some commands read. */
export const SPECIAL_VARIABLES: readonly string[] = [...SIGN_IN_VARIABLES, ...DOCTOR_VARIABLES];
