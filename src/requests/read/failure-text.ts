import type { Deps } from "../../deps.ts";
import { isFinal } from "../state.ts";
import type { RequestSummary } from "../views.ts";
import { failureGroups } from "./error-groups.ts";
import type { GroupRow } from "./error-groups-store.ts";

const mostGroups = 3;
const longest = { sentence: 400, path: 200 };

/**
 * Why files failed, as one short text for clients that have a single field for it; null if none
 * did, and while the request is open, since each poll would count its failures again. For callers
 * that have already read the request.
 */
export async function failureText(
  ctx: Deps<"db">,
  { id, state, counters }: Pick<RequestSummary, "counters" | "id" | "state">,
): Promise<string | null> {
  if (!isFinal(state) || counters.failed === 0) return null;
  const groups = await failureGroups(ctx, id, mostGroups);
  const head = `${counters.failed} of ${counters.total} files failed`;
  return [head, ...groups.map(described)].join("; ");
}

function described({ class: errorClass, count, message, examples }: GroupRow): string {
  const [example] = examples;
  const path = example ? `, for example ${shortened(example.paths[0] ?? "", longest.path)}` : "";
  const sentence = shortened(example?.message ?? message, longest.sentence);
  return `${count} with ${errorClass}${path}: ${sentence}`;
}

/** On one line; what is too long ends with an ellipsis. */
function shortened(text: string, most: number): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > most ? `${line.slice(0, most).trimEnd()}…` : line;
}
