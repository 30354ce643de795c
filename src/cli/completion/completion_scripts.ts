// The script of each shell. Rule: a script sends the typed words to `complete` unchanged, never through
// eval, and shows what comes back; it knows no command and no flag.

/** The shells there are scripts for, and what people call them. */
export const SHELLS = {
  bash: "GNU Bash",
  zsh: "Z shell",
  fish: "fish",
  powershell: "PowerShell",
} as const;

export type Shell = keyof typeof SHELLS;

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash:
    `# Completions of anaplan-auth for bash. To have them in every new shell, put this line into ~/.bashrc:
#   source <(anaplan-auth complete bash)
# In the bash 3.2 of macOS: eval "$(anaplan-auth complete bash)"

_anaplan_auth() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) compopt -o default 2>/dev/null ;;
      :directory) compopt -o dirnames 2>/dev/null ;;
      ?*) COMPREPLY+=("$line") ;;
    esac
  done < <(anaplan-auth complete bash -- "$2" "\${COMP_LINE:0:COMP_POINT}" </dev/null 2>/dev/null)
}

complete -F _anaplan_auth anaplan-auth`,

  zsh: `#compdef anaplan-auth
# Completions of anaplan-auth for zsh. To have them in every new shell, put this line into ~/.zshrc,
# after "autoload -Uz compinit && compinit":
#   source <(anaplan-auth complete zsh)

_anaplan-auth() {
  local line
  local -a found
  for line in "\${(@f)$(anaplan-auth complete zsh -- \\
      "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" </dev/null 2>/dev/null)}"; do
    case $line in
      :file) compset -P '--*='; _files; return ;;
      :directory) compset -P '--*='; _files -/; return ;;
      ?*) found+=("$line") ;;
    esac
  done
  _describe anaplan-auth found
}

if [[ $funcstack[1] == _anaplan-auth ]]; then
  _anaplan-auth "$@"
else
  compdef _anaplan-auth anaplan-auth
fi`,

  fish: `# Completions of anaplan-auth for fish. To have them in every new shell:
#   anaplan-auth complete fish > ~/.config/fish/completions/anaplan-auth.fish

function __anaplan_auth_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l typed (commandline -ct)
    set -l flag (string match -r -- '^--[^=]*=' "$typed")
    set -l path (string replace -r -- '^--[^=]*=' '' "$typed")
    for line in (anaplan-auth complete fish -- $before "$typed" </dev/null 2>/dev/null)
        switch $line
            case :file
                printf '%s\\n' "$flag"(__fish_complete_path "$path")
            case :directory
                printf '%s\\n' "$flag"(__fish_complete_directories "$path")
            case '*'
                printf '%s\\n' $line
        end
    end
end

complete -c anaplan-auth -e
complete -c anaplan-auth -f -a '(__anaplan_auth_complete)'`,

  powershell:
    `# Completions of anaplan-auth for PowerShell. To have them in every new shell, put this line into $PROFILE:
#   anaplan-auth complete powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'anaplan-auth' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    try {
        $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object {
                if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
                else { $_.Extent.Text }
            })
        $words += $wordToComplete
        $bytes = [System.Text.Encoding]::UTF8.GetBytes($words -join [char]10)
        anaplan-auth complete powershell ([Convert]::ToBase64String($bytes)) 2>$null | ForEach-Object {
            $value, $description = $_ -split [char]9, 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
    } catch { }
}`,
};
