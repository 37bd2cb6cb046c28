import { RequestError } from "../errors.ts";

const deepest = 64;

/** What happens to characters that Postgres cannot store. */
export type TextRule = "refuse" | "replace";

export interface TextPlace {
  /** the depth was counted before */
  isShallow?: boolean;
  /** where in the body a place in the value is */
  at?: (path: readonly string[]) => readonly string[];
}

// NUL and lone surrogates: JSON can hold them (as escapes), UTF-8 and Postgres cannot.
const unstorable = /\0|\p{Surrogate}/u;
const everyUnstorable = /\0|\p{Surrogate}/gu;
const suspicious = /\\u(0000|d[89a-f])/i;

type Visit = (text: string, path: readonly string[]) => string;

/**
 * Returns the value itself, or refuses it with the place of the first text that cannot be stored.
 */
export function checkText(value: unknown, json: string, place: TextPlace = {}): unknown {
  return scan(value, json, place, (text, path) => {
    if (unstorable.test(text)) throw refusal(text, place.at?.(path) ?? path);
    return text;
  });
}

/** Replaces what cannot be stored by the replacement character, in place. */
export function sanitizeText(value: unknown, json: string, place: TextPlace = {}): unknown {
  return scan(value, json, place, (text) =>
    unstorable.test(text) ? text.replace(everyUnstorable, "\ufffd") : text,
  );
}

/** A body without such escapes need not be walked. */
function scan(value: unknown, json: string, { isShallow, at }: TextPlace, visit: Visit): unknown {
  if (!suspicious.test(json) && (isShallow || !mayBeDeep(json))) return value;
  return walk(value, { visit, at: at ?? ((path) => path) }, []);
}

function mayBeDeep(json: string): boolean {
  let openers = 0;
  for (let at = 0; at < json.length && openers <= deepest; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) openers++;
  }
  return openers > deepest;
}

interface Walk {
  visit: Visit;
  at: (path: readonly string[]) => readonly string[];
}

function walk(value: unknown, how: Walk, path: string[]): unknown {
  if (typeof value === "string") return how.visit(value, path);
  if (typeof value !== "object" || value === null) return value;
  if (path.length >= deepest)
    throw new RequestError(400, "too_deep", `The body is nested deeper than ${deepest} levels.`);
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    path.push(key);
    // Nothing is replaced in a key: two keys could become one.
    if (unstorable.test(key)) throw refusal(key, how.at(path));
    const kept = walk(holder[key], how, path);
    if (kept !== holder[key]) holder[key] = kept;
    path.pop();
  }
  return value;
}

function refusal(text: string, path: readonly string[]): RequestError {
  const what = text.includes("\0") ? "a NUL character" : "half of a surrogate pair";
  const pointer = pointerTo(path);
  const detail =
    `The text at ${pointer === "" ? "the top" : JSON.stringify(pointer)} contains ${what}, ` +
    "which cannot be stored.";
  return new RequestError(400, "bad_text", detail, [{ pointer, detail }]);
}

/** RFC 6901. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
