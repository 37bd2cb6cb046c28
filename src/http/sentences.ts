// Errors of input as sentences: what is wrong, what is expected, and where.
import type { ZodType, z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import type { FieldError } from "../errors.ts";
import { knownKeys } from "./known-keys.ts";
import { pointerTo } from "./text.ts";

type Issue = z.core.$ZodIssue;

/** A body can have a hundred thousand errors: sentences are made of the first ones. */
export const mostErrors = 50;
const longestName = 200;

/** Where in the body a place in the schema's value is. */
type At = (path: readonly PropertyKey[]) => readonly PropertyKey[];

/** One more than `mostErrors` if there are more. */
export function fieldErrors(
  schema: ZodType,
  issues: readonly Issue[],
  at: readonly string[] | At,
): FieldError[] {
  const place: At = typeof at === "function" ? at : (path) => [...at, ...path];
  const errors: FieldError[] = [];
  for (const issue of issues) {
    if (errors.length > mostErrors) break;
    errors.push(...ofIssue(schema, issue, place));
  }
  return errors.slice(0, mostErrors + 1);
}

function ofIssue(schema: ZodType, issue: Issue, at: At): FieldError[] {
  const path = at(issue.path).map(shortened);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys
      .slice(0, mostErrors + 1)
      .map(shortened)
      .map((key) => ({
        pointer: pointerTo([...path, key]),
        detail: unknownKey(key, known, Object.keys(Object(issue.input))),
      }));
  }
  if (issue.code === "invalid_union") {
    const nearest = nearestOf(issue.errors);
    if (nearest)
      return nearest
        .slice(0, mostErrors + 1)
        .flatMap((inner) =>
          ofIssue(schema, { ...inner, path: [...issue.path, ...inner.path] }, at),
        );
  }
  return [{ pointer: pointerTo(path), detail: sentence(`${place(path)} ${expected(issue)}`) }];
}

function shortened(key: PropertyKey): string {
  const name = String(key);
  return name.length <= longestName ? name : `${name.slice(0, longestName)}…`;
}

function sentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

function unknownKey(key: string, known: readonly string[], given: readonly string[]): string {
  const short = key.slice(0, 100);
  // Known in another shape than the one that the rest has
  if (known.includes(key)) {
    const other = known.find((one) => one !== key && given.includes(one));
    return (
      `${JSON.stringify(short)} cannot be given with ${JSON.stringify(other)}: ` +
      "give one of them."
    );
  }
  const list = known.length > 0 ? ` Known: ${known.join(", ")}.` : "";
  return `${JSON.stringify(short)} is not known here.${didYouMean(short, known) || list}`;
}

/**
 * Of a choice of shapes, the one that got furthest is what was meant; none when all failed at their
 * top.
 */
function nearestOf(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inside = branches.filter(
    (branch) =>
      branch.length > 0 &&
      !branch.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
  return inside.sort((left, right) => left.length - right.length)[0];
}

function place(path: readonly string[]): string {
  return path.length === 0 ? "The body" : JSON.stringify(path.join("."));
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? `is missing; ${a(issue.expected)} is expected`
        : `must be ${a(issue.expected)}, not ${kindOf(issue.input)}`;
    case "invalid_value": {
      const words = issue.values.map(String);
      return `must be ${oneOf(words)}${meant(issue.input, words)}`;
    }
    case "too_small":
      return `must ${bound(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, "at most", issue.maximum)}`;
    case "invalid_union":
      return oneOfKinds(issue);
    default:
      return lower(issue.message);
  }
}

/** `must be a text or a list, not 3` where the choice is one of kinds alone. */
function oneOfKinds(issue: z.core.$ZodIssueInvalidUnion): string {
  const kinds = issue.errors.map(([first]) =>
    first?.code === "invalid_type" && first.path.length === 0 ? a(first.expected) : undefined,
  );
  if (kinds.length === 0 || kinds.includes(undefined))
    return "has none of the shapes that are allowed here";
  return issue.input === undefined
    ? `is missing; ${[...new Set(kinds)].join(" or ")} is expected`
    : `must be ${[...new Set(kinds)].join(" or ")}, not ${kindOf(issue.input)}`;
}

function meant(input: unknown, words: readonly string[]): string {
  if (typeof input !== "string")
    return input === undefined ? "; it is missing" : `, not ${kindOf(input)}`;
  const question = didYouMean(input, words).replace(" Did", ". Did");
  return `, not ${JSON.stringify(input.slice(0, 100))}${question}`;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? JSON.stringify(words[0]) : `one of ${words.join(", ")}`;
}

function bound(origin: string, side: string, count: number | bigint): string {
  const unit = { string: "character", array: "item" }[origin];
  return unit === undefined
    ? `be ${side} ${count}`
    : `have ${side} ${count} ${unit}${count === 1 ? "" : "s"}`;
}

const names: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

function a(expectedType: string): string {
  return names[expectedType] ?? expectedType;
}

function kindOf(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "number")
    return Number.isFinite(input) ? String(input) : "a number that large";
  if (typeof input === "boolean") return String(input);
  return names[typeof input] ?? "that";
}

/**
 * Our schemas say what they expect (`must be …`); the library's own messages begin with a capital.
 */
function lower(message: string): string {
  return message.startsWith("must ")
    ? message
    : `is not right: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
