// What docs/reference.md says that the program never says: files, and variables of the surroundings.
// Rule: data only; tests compare it with src/system/needs.ts and with what a sign-in leaves on the disk.

/** Variables that `help reference` does not explain, by what they tell. */
export const SURROUNDINGS: readonly (readonly [names: readonly string[], text: string])[] = [
  [["HOME", "XDG_CONFIG_HOME", "APPDATA"], "where logins are kept"],
  [["XDG_RUNTIME_DIR", "TMPDIR", "TEMP"], "where tokens are rescued to that cannot be saved"],
  [
    ["SSL_CERT_FILE"],
    "a CA file to trust as well; one that cannot be read is passed over, one that others can change is refused",
  ],
  [
    ["DENO_CERT", "NODE_EXTRA_CA_CERTS"],
    "a CA file that Deno itself trusts; one that others can change is refused",
  ],
  [["https_proxy"], "the same as HTTPS_PROXY"],
  [["HTTP_PROXY", "http_proxy"], "ignored, since every request is HTTPS"],
  [["ALL_PROXY", "all_proxy"], "the proxy when HTTPS_PROXY is not set"],
  [["no_proxy"], "the same as NO_PROXY"],
  [["TERM", "CI"], "whether lines on the terminal may be drawn over"],
  [["FORCE_COLOR", "NODE_DISABLE_COLORS", "COLORTERM"], "whether questions have colors"],
  [["TEAMCITY_VERSION", "TF_BUILD"], "the same"],
  [["TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION"], "whether the terminal knows links"],
  [["WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "TMUX", "FORCE_HYPERLINK"], "the same"],
  [["DISPLAY", "WAYLAND_DISPLAY"], "whether a browser can be opened"],
  [["WSL_DISTRO_NAME"], "that the browser is on Windows' side"],
  [["SSH_CONNECTION", "USER", "LOGNAME"], "the line of ssh that is shown to who signs in over it"],
  [["container", "KUBERNETES_SERVICE_HOST"], "that this is a container"],
  [["ANAPLAN_AUTH_COMMAND"], "how the program is typed here, for its advice; the tasks set it"],
];

/** What is in the directory of the logins, or comes from it. */
export const FILES: readonly (readonly [file: string, text: string])[] = [
  ["config.json", "which profile is used when none is named, and which key seals logins"],
  ["config.lock", "the lock for changing config.json; may stay"],
  ["seal.lock", "the lock of `seal` and `unseal`; may stay"],
  ["profiles/NAME.json", "the settings of a profile, without any secret"],
  ["credentials/NAME.json", "its tokens, and the client secret if there is one"],
  [
    "credentials/NAME.lock",
    "the lock of the process that changes the login or its profile; holds a process id, and may stay",
  ],
  ["drafts/NAME.json", "answers of a first sign-in that was interrupted, without the secret"],
  ["failures/NAME.json", "the last failure as it was printed, for `doctor`"],
  ["tls/listener.json", "the listener's certificate and its key"],
  [
    "tls/accepted.json",
    "which certificate a browser has accepted, so that no warning is announced",
  ],
  ["tls/listener.lock", "the lock of the process that makes them"],
  ["tls/certificate.pem", "the certificate alone, once `cert trust` was used"],
  ["FILE.bad", "a damaged file that was moved out of the way; it may hold tokens: remove it"],
  [
    "anaplan-auth-rescued-….json",
    "elsewhere: tokens that could not be saved; the error says where, and how to put them back",
  ],
];
