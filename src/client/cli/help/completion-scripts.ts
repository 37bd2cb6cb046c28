// What each shell runs at a press of Tab: it asks the command for candidates (candidates.ts).

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** With `-o default`, bash itself completes file names where there is no candidate. */
const bash = String.raw`# completion of longshore for bash 4 or later
_longshore() {
  local out value words=("${"$"}{COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  out=$("$1" __complete -- "${"$"}{words[@]}" 2>/dev/null)
  case $out in
    :files) return ;;
    :folders) compopt -o dirnames +o default; return ;;
  esac
  compopt +o default
  while IFS=$'\t' read -r value _; do
    [ -n "$value" ] && COMPREPLY+=("$value")
  done <<< "$out"
}
complete -o default -F _longshore longshore
`;

/** Sourced, or in a file named _longshore in a folder of fpath. */
const zsh = String.raw`#compdef longshore
_longshore() {
  local out
  local -a lines
  out=$("$words[1]" __complete -- "${"$"}{(@Q)words[2,CURRENT]}" 2>/dev/null)
  case $out in
    :files) _files ;;
    :folders) _files -/ ;;
    ?*)
      lines=("${"$"}{(@f)out}")
      lines=("${"$"}{(@)lines//:/\\:}")
      lines=("${"$"}{(@)lines/$'\t'/:}")
      _describe longshore lines
      ;;
  esac
}
if [ "$funcstack[1]" = _longshore ]; then _longshore; else compdef _longshore longshore; fi
`;

const fish = String.raw`# completion of longshore for fish
function __longshore_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l out ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
  switch "$out[1]"
    case :files
      __fish_complete_path "$current"
    case :folders
      __fish_complete_directories "$current" ''
    case '*'
      string join \n -- $out
  end
end
complete -c longshore -f -a '(__longshore_complete)'
`;

export const completionScripts: Record<Shell, string> = { bash, zsh, fish };
