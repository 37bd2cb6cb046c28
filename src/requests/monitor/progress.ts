import type { Deps } from "../../deps.ts";
import type { RequestView } from "../views.ts";
import { insertProgress, type ProgressRow, progressRows, thinProgress } from "./progress-store.ts";

/** The leader does this several times a minute; a request has at most one row of each. */
export async function sampleProgress({ db }: Deps<"db">): Promise<void> {
  const crowded = await insertProgress(db.query);
  if (crowded.length > 0) await db.tx((query) => thinProgress(query, crowded));
}

export interface Point {
  /** milliseconds */
  at: number;
  total: number;
  done: number;
  failed: number;
}

/** From its submit to its end or now; without what was sampled between them there is no plot. */
export async function progressOf({ db }: Deps<"db">, view: RequestView): Promise<Point[]> {
  const begin = Date.parse(view.created_at);
  const end = view.finished_at === null ? Date.now() : Date.parse(view.finished_at);
  const between = (await progressRows(db.query, view.id))
    .map(toPoint)
    .filter(({ at }) => at > begin && at < end);
  if (between.length === 0) return [];
  const { total, done, failed } = view.counters;
  return [
    { at: begin, total: 0, done: 0, failed: 0 },
    ...between,
    { at: end, total, done, failed },
  ];
}

function toPoint({ sampled_at: at, total, done, failed }: ProgressRow): Point {
  return { at: at.getTime(), total, done, failed };
}
