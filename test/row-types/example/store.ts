// Statements for the test of the check: those whose function says `right` are, the others are
// wrong.
import type { Query } from "../../../src/db/client.ts";
import { openRequestStates, sqlList } from "../../../src/requests/state.ts";

interface Row {
  id: string;
  state: "running" | "complete";
  deadline: Date | null;
  workers: number | null;
}

const columns = "id, state, deadline, workers";
const open = `state IN (${sqlList(openRequestStates)})`;

export function rightComposed(query: Query, newest: boolean): Promise<Row[]> {
  const order = newest ? "DESC" : "ASC";
  return query<Row>(`SELECT ${columns} FROM requests WHERE ${open} ORDER BY created_at ${order}`);
}

export function rightArrays(query: Query) {
  return query<{ paths: string[]; n: number; at: Date }>(
    "SELECT paths, count(*) AS n, now() AS at FROM files GROUP BY paths",
  );
}

export function rightNotNull(query: Query) {
  return query<{ deadline: Date }>("SELECT deadline FROM requests WHERE deadline IS NOT NULL");
}

export function wrongType(query: Query) {
  return query<{ id: number }>("SELECT id FROM requests");
}

export function wrongNumeric(query: Query) {
  return query<{ total: number }>("SELECT sum(waiting::bigint) AS total FROM request_steps");
}

export function wrongName(query: Query) {
  return query<{ identity: string }>("SELECT id FROM requests");
}

export function wrongNullable(query: Query) {
  return query<{ deadline: Date }>("WITH r AS (SELECT * FROM requests) SELECT deadline FROM r");
}

export function wrongInOneOrder(query: Query, newest: boolean) {
  return query(`SELECT id FROM requests ORDER BY ${newest ? "created_at" : "made_at"}`);
}

export function unknownText(query: Query, condition: string) {
  return query(`SELECT id FROM requests WHERE ${condition}`);
}

export function wrongParameterName(ask: Query) {
  return ask("SELECT 1");
}

export function rightNamed(query: Query) {
  return query<{ id: string }>("SELECT id FROM requests", [], "requests");
}

export function wrongSharedName(query: Query) {
  return query<{ id: string }>("SELECT id FROM requests WHERE id IS NOT NULL", [], "requests");
}
