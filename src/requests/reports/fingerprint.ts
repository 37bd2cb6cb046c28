import { createHash } from "node:crypto";

/**
 * Groups a hundred thousand failures into a few: the message without the parts that differ from
 * file to file.
 */
export function fingerprintOf(
  errorClass: string,
  message: string,
): { fingerprint: string; groupMessage: string } {
  const groupMessage = generalise(message);
  const fingerprint = createHash("sha256")
    .update(`${errorClass}\n${groupMessage}`)
    .digest("hex")
    .slice(0, 16);
  return { fingerprint, groupMessage };
}

/**
 * Each pattern begins where a run of its characters begins, and reads the run once: a message of
 * nothing but `a-a-a` takes no longer than any other.
 */
const replacements: [RegExp, string][] = [
  [/(?<![a-z0-9+.-])([0-9+.-]*)[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)]+/gi, "$1<url>"],
  [/(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "<id>"],
  [/(?<![\w.])(?:\.{0,2}\/)[^\s'"<>:,;)]+/g, "<path>"],
  [
    /(?<![\w-])(-*)\w[\w-]*\.(?:parquet|csv|tsv|json|jsonl|ndjson|root|nc|h5|gz|tmp)\b/gi,
    "$1<file>",
  ],
  [/\b0x[0-9a-f]+\b/gi, "<n>"],
  [/\b[0-9a-f]{16,}\b/gi, "<id>"],
  [/\d+(?:[.,]\d+)*/g, "<n>"],
];

function generalise(message: string): string {
  const first = message.slice(0, 2048);
  return replacements
    .reduce((text, [pattern, word]) => text.replace(pattern, word), first)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 512);
}
