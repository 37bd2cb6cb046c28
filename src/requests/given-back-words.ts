import { sentenceEnd } from "./monitor/phrases.ts";

const mostNames = 3;

/** "w1, w2 and 3 others" */
export function namesOf(workers: string[]): string {
  const names = workers.slice(0, mostNames);
  const others = workers.length - names.length;
  if (others > 0) return `${names.join(", ")} and ${others} ${others === 1 ? "other" : "others"}`;
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter(Boolean).join(" and ");
}

/** The last reason as a sentence of its own, with a space before it; empty if none was given. */
export function reasonSentence(reason: string | null): string {
  const [line = ""] = (reason ?? "").trim().split("\n");
  if (line === "") return "";
  return ` The last reason: ${sentenceEnd(line)}`;
}

/** What ends it, for the files of a request or for one of them. */
export function whatHelps(request: string, file?: number): string {
  const chosen = file === undefined ? "" : ` --file ${file}`;
  return (
    " Start a worker under another name, or let the same workers try again: " +
    `longshore redrive ${request}${chosen}.`
  );
}
