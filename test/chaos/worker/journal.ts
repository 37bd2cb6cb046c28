// What a worker knows of itself, in files that survive its death: the sender's side of invariant
// I4. Each line is written only after what it tells has happened.
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Key } from "./reports.ts";

/**
 * `acknowledged`: the service said that it recorded the report; `confirmed`: the broker stored it;
 * `dropped`: the worker took the task and will never report it.
 */
export const pages = ["claimed", "acknowledged", "confirmed", "dropped"] as const;
export type Page = (typeof pages)[number];

export interface Journal {
  write(page: Page, entries: readonly (Key & { status?: string })[]): void;
}

export function makeJournal(path: string): Journal {
  const files = new Map(pages.map((page) => [page, openSync(`${path}.${page}`, "a")]));
  return {
    write(page, entries) {
      const file = files.get(page);
      if (file === undefined || !entries.length) return;
      writeSync(file, entries.map((entry) => `${lineOf(entry)}\n`).join(""));
    },
  };
}

/** Of all journals together; the end of a line that a kill cut off is left out. */
export function readPage(journals: readonly string[], page: Page): string[] {
  return journals
    .map((path) => `${path}.${page}`)
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, "utf8").split("\n").slice(0, -1));
}

function lineOf({ request, file, step, attempt, status }: Key & { status?: string }): string {
  return [request, file, step, attempt, ...(status ? [status] : [])].join(" ");
}
