import { basename, dirname, join, relative, sep } from "node:path";
import { isBelow } from "../../../inputs/below.ts";
import { shellWord } from "./shell-word.ts";

/**
 * What to type before the arguments to call this command line again, as it was called now. The
 * service's sentences say `longshore`: it cannot know how their readers call it.
 */
export function thisCommand(script = process.argv[1] ?? "", cwd = process.cwd()): string {
  const folder = dirname(script);
  if (basename(script) !== "longshore") return `${loader(script)} ${shown(script, cwd)}`;
  if (!folder.endsWith(join("node_modules", ".bin"))) return "longshore";
  // npx looks in the folders above, and installs into this one what it does not find there.
  const project = dirname(dirname(folder));
  const isFound = isBelow(cwd, [project]) || project.includes(`${sep}_npx${sep}`);
  return isFound ? "npx longshore" : shown(script, cwd);
}

function loader(script: string): string {
  return script.endsWith(".ts") ? "npx tsx" : "node";
}

/** Relative if it is short, and quoted where a shell would split it. */
function shown(script: string, cwd: string): string {
  const path = isBelow(script, [cwd]) ? relative(cwd, script) : script;
  return shellWord(path);
}
