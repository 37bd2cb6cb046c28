import type { Longshore } from "../../client.ts";
import { isOfService } from "../../errors.ts";
import type { ErrorGroup, RequestView } from "../../views.ts";
import { thisCommand } from "../help/this-command.ts";
import { clean, say } from "./print.ts";

export interface Reasons {
  /** the largest groups of failures, each with an example in full words */
  why: string[];
  /** what to type next */
  next: string[];
}

const mostShown = 3;
const longest = 1000;

/** Why files of the request failed; empty if none did. */
export async function reasonsOf(client: Longshore, request: RequestView): Promise<Reasons> {
  if (request.counters.failed === 0) return { why: [], next: [] };
  const groups = await groupsOf(client, request.id);
  const shown = groups.slice(0, mostShown);
  return {
    why: [...shown.flatMap(described), ...restOf(groups.slice(mostShown))],
    next: [`Every reason: ${thisCommand()} errors ${request.id}`, ...retryOf(request, groups)],
  };
}

/** At the end of a command that waited for the request. */
export async function sayReasons(client: Longshore, request: RequestView): Promise<void> {
  const { why, next } = await reasonsOf(client, request);
  for (const line of [...why, ...next]) say(line);
}

/** How the request ended is said already, and does not change if its reasons cannot be read. */
async function groupsOf(client: Longshore, id: string): Promise<ErrorGroup[]> {
  try {
    return (await client.errors(id)).items;
  } catch (error) {
    if (isOfService(error)) return [];
    throw error;
  }
}

/** A group with the whole sentence of an example. */
export function described({ class: errorClass, count, message, examples }: ErrorGroup): string[] {
  const [example] = examples;
  const name = example
    ? `, for example file ${example.file}, ${clean(example.paths[0] ?? "")}`
    : "";
  const lines = shortened(example?.message ?? message, longest).split("\n");
  const sentence = lines.map((line) => `    ${clean(line)}`.trimEnd());
  return [`  ${filesOf(count)}, ${clean(errorClass)}${name}:`, ...sentence];
}

function restOf(groups: ErrorGroup[]): string[] {
  if (groups.length === 0) return [];
  const files = groups.reduce((sum, { count }) => sum + count, 0);
  const reasons = groups.length === 1 ? "1 more reason" : `${groups.length} more reasons`;
  return [`  ${filesOf(files)} with ${reasons}`];
}

function retryOf({ id, state }: RequestView, groups: ErrorGroup[]): string[] {
  if (state !== "complete" && state !== "failed") return [];
  return [whatHelps(groups, `redrive ${id}`)];
}

/** `redrive` is what to type once the cause is fixed. */
export function whatHelps(groups: ErrorGroup[], redrive: string): string {
  const again = `Once the cause is fixed: ${thisCommand()} ${redrive}`;
  // A query fails of itself, or of a file that differs from the others.
  return groups.length > 0 && groups.every((group) => group.class === "bad_query")
    ? `If the query is wrong, submit a new request with a corrected one. ${again}`
    : again;
}

function filesOf(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** Without blank lines; what is too long ends with an ellipsis. */
export function shortened(text: string, most: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const whole = lines.join("\n").trim();
  return whole.length > most ? `${whole.slice(0, most).trimEnd()}…` : whole;
}
