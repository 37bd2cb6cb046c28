import { accepts, compile } from "./machine.ts";
import { parseGlob } from "./parse.ts";

/** Whether a name matches the pattern of one name. `!` in front turns the answer round. */
export function globMatcher(pattern: string): (name: string) => boolean {
  const [signs = ""] = /^!*/.exec(pattern) ?? [];
  // !(…) is a group
  const negations = pattern.startsWith("(", signs.length) ? signs.length - 1 : signs.length;
  const text = pattern.slice(Math.max(negations, 0));
  const machine = compile([parseGlob(text)]);
  const negated = negations % 2 === 1;
  return (name) => accepts(machine, name) !== negated;
}

/** Splits a pattern before its first segment with a glob character; the rest is `*` if none has. */
export function splitGlob(pattern: string): { base: string; glob: string } {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => /[*?[\]{}()!+@|\\]/.test(segment));
  if (first < 0) return { base: pattern, glob: "*" };
  return { base: segments.slice(0, first).join("/"), glob: segments.slice(first).join("/") };
}

/** Why a pattern is not taken, or undefined. */
export function refuseGlob(glob: string): string | undefined {
  if (hasSlashInBrackets(glob))
    return (
      "A slash inside braces or brackets is not supported: " +
      "use a separate request for each folder."
    );
  if (glob.split("/").some((part) => part === "..")) return 'A pattern may not contain "..".';
  if (glob.split("!(").length > 2) return "A pattern may contain !( only once.";
  return undefined;
}

/** A slash between the last opening bracket and a closing one. */
function hasSlashInBrackets(glob: string): boolean {
  let slash = false;
  let open = false;
  for (const character of glob) {
    if ("{(".includes(character)) [open, slash] = [true, false];
    else if ("})".includes(character)) {
      if (open && slash) return true;
      open = false;
    } else if (character === "/") slash = true;
  }
  return false;
}
