import type { Deps } from "../../deps.ts";
import { requestOfRunRow, runsOf } from "./run-store.ts";

/** Steps whose containers leave their results in a volume: nothing of them is in the store. */
export async function stepsIntoVolume(
  { db }: Deps<"db">,
  request: string,
): Promise<ReadonlySet<number>> {
  const runs = await runsOf(db.query, request);
  return new Set(
    runs.filter(({ destination }) => destination === "volume").map(({ step }) => step),
  );
}

/** Undefined where no step has this run. */
export function requestOfRun({ db }: Deps<"db">, run: string): Promise<string | undefined> {
  return requestOfRunRow(db.query, run);
}
