import type { Deps } from "../../deps.ts";
import type { Warning } from "../views.ts";
import { warningRows } from "./warnings-store.ts";

/** The stored warnings of a request. */
export function warningsOf(ctx: Deps<"db">, request: string): Promise<Warning[]> {
  return warningRows(ctx.db.query, request);
}
