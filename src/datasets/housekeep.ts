import type { Deps } from "../deps.ts";
import { deleteUnusedPast } from "./lookup-store.ts";

/** Deletes some past versions that no request uses; returns how many. */
export function removeUnusedPast({ db }: Deps<"db">): Promise<number> {
  return deleteUnusedPast(db.query);
}
