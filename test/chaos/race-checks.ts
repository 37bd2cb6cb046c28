import type { Db } from "../../src/db/client.ts";
import { finalRequestStates } from "../../src/requests/state.ts";
import { until } from "../support/wait.ts";
import type { Race } from "./races.ts";

const tables = ["request_files", "request_steps", "file_status", "results", "request_moves"];

/** What contradicts the races: each request is either gone entirely or has ended with its files. */
export async function raceViolations(db: Db, races: readonly Race[]): Promise<string[]> {
  const wrong = () => contradictions(db, races);
  // Deleted rows and the files of the last redrives are settled in the background.
  const settled = async () => (await wrong()).length === 0;
  await until(settled, { timeoutSeconds: 120, everyMilliseconds: 1000 }).catch(() => undefined);
  return wrong();
}

async function contradictions(db: Db, races: readonly Race[]): Promise<string[]> {
  const ids = races.map(({ id }) => id);
  const states = new Map(
    (
      await db.query<{ id: string; state: string }>(
        "SELECT id, state FROM requests WHERE id = ANY($1::uuid[])",
        [ids],
      )
    ).map(({ id, state }) => [id, state]),
  );
  const leftovers = await rowsOf(
    db,
    ids.filter((id) => !states.has(id)),
  );
  return races.flatMap(({ id, deleted }) => {
    const state = states.get(id);
    const rows = leftovers.get(id);
    if (rows) return [`request ${id} was deleted and left rows in ${rows.join(", ")}`];
    if (state === undefined)
      return deleted === "no" ? [`request ${id} is gone and nobody deleted it`] : [];
    if (deleted === "yes") return [`request ${id} was deleted and is still ${state}`];
    const hasEnded = (finalRequestStates as readonly string[]).includes(state);
    return hasEnded ? [] : [`request ${id} has not ended: it is ${state}`];
  });
}

async function rowsOf(db: Db, ids: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const table of tables) {
    const rows = await db.query<{ id: string }>(
      `SELECT DISTINCT request_id AS id FROM ${table} WHERE request_id = ANY($1::uuid[])`,
      [ids],
    );
    for (const { id } of rows) found.set(id, [...(found.get(id) ?? []), table]);
  }
  return found;
}
