// Every move from every state, on rows of a real database: it happens where the table allows it,
// and nothing changes where it does not.
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveDataset } from "../../src/datasets/move-store.ts";
import {
  type DatasetMove,
  datasetMoves,
  datasetStates,
  type OpeningMove,
} from "../../src/datasets/state.ts";
import { fileMoveSql } from "../../src/requests/file-move.ts";
import { beginEnding, moveRequest } from "../../src/requests/move-store.ts";
import {
  type EndingMove,
  endingMoves,
  endingStates,
  type FileMove,
  fileMoves,
  fileStates,
  type RequestMove,
  requestMoves,
  requestStates,
  stoppableStates,
  storedRequestStates,
} from "../../src/requests/state.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
let id: string;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
  id = await ledger.submit(1);
  await ledger.claim(1, { request: id });
  await ledger.ctx.advanceQueue.close();
});
afterAll(() => ledger.close());

const every = <State, Move>(states: readonly State[], moves: readonly Move[]) =>
  states.flatMap((state) => moves.map((move) => [state, move] as const));

/** A move from no state creates the row. */
function leaving(moves: Record<string, { from: readonly string[] }>): string[] {
  return Object.keys(moves).filter((name) => moves[name]?.from.length);
}

async function value(sql: string, params: unknown[]): Promise<unknown> {
  const [row] = await ledger.ctx.db.query<{ value: unknown }>(sql, params);
  return row?.value;
}

test.each(every(storedRequestStates, leaving(requestMoves) as Exclude<RequestMove, "submit">[]))(
  "a request that is %s: %s",
  async (state, move) => {
    const { query } = ledger.ctx.db;
    await query("DELETE FROM request_moves WHERE request_id = $1", [id]);
    await query("UPDATE requests SET state = $2, ending = NULL WHERE id = $1", [id, state]);
    const { from, to } = requestMoves[move];
    const allowed = (from as readonly string[]).includes(state);
    expect(await ledger.ctx.db.tx((tx) => moveRequest(tx, id, move))).toBe(allowed);
    const after = await value("SELECT state AS value FROM requests WHERE id = $1", [id]);
    expect(after).toBe(allowed ? to : state);
    const moves = await value("SELECT count(*) AS value FROM request_moves WHERE request_id = $1", [
      id,
    ]);
    expect(moves).toBe(allowed ? 1 : 0);
  },
);

const beginnings = (Object.keys(endingMoves) as EndingMove[]).filter((move) => move !== "redrive");

test.each(every(endingStates, beginnings))(
  "a request whose ending is %s, in every state: %s",
  async (ending, move) => {
    for (const state of requestStates) {
      await ledger.ctx.db.query("UPDATE requests SET state = $2, ending = $3 WHERE id = $1", [
        id,
        state,
        ending === "none" ? null : ending,
      ]);
      const { from, to } = endingMoves[move];
      const allowed =
        (from as readonly string[]).includes(ending) && stoppableStates.includes(state);
      expect(await beginEnding(ledger.ctx.db.query, id, move, "why")).toBe(allowed);
      const after = await value(
        "SELECT coalesce(ending, 'none') AS value FROM requests WHERE id = $1",
        [id],
      );
      expect(after, state).toBe(allowed ? to : ending);
    }
  },
);

test("a redrive clears the ending", async () => {
  for (const ending of endingMoves.redrive.from) {
    await ledger.ctx.db.query("UPDATE requests SET state = 'complete', ending = $2 WHERE id = $1", [
      id,
      ending,
    ]);
    expect(await ledger.ctx.db.tx((tx) => moveRequest(tx, id, "redrive"))).toBe(true);
    const after = await value("SELECT ending AS value FROM requests WHERE id = $1", [id]);
    expect(after).toBeNull();
  }
});

test.each(every(fileStates, leaving(fileMoves) as Exclude<FileMove, "register">[]))(
  "a file that is %s: %s",
  async (state, move) => {
    await ledger.ctx.db.query("UPDATE request_files SET state = $2 WHERE request_id = $1", [
      id,
      state,
    ]);
    const sql = fileMoveSql({
      candidates: { from: "request_files f", where: "f.request_id = $1" },
      moves: [{ move }],
      result: "SELECT count(*) AS value FROM moved",
    });
    const { from, to } = fileMoves[move];
    const allowed = (from as readonly string[]).includes(state);
    expect(await value(sql, [id])).toBe(allowed ? 1 : 0);
    const after = await value("SELECT state AS value FROM request_files WHERE request_id = $1", [
      id,
    ]);
    expect(after).toBe(allowed ? to : state);
  },
);

test.each(every(datasetStates, leaving(datasetMoves) as Exclude<DatasetMove, OpeningMove>[]))(
  "a dataset that is %s: %s",
  async (state, move) => {
    const { query } = ledger.ctx.db;
    const dataset = Number(
      await value("SELECT dataset_id AS value FROM requests WHERE id = $1", [id]),
    );
    await query("UPDATE datasets SET state = $2 WHERE id = $1", [dataset, state]);
    const { from, to } = datasetMoves[move];
    const allowed = (from as readonly string[]).includes(state);
    expect(await moveDataset(query, dataset, move)).toBe(allowed);
    const after = await value("SELECT state AS value FROM datasets WHERE id = $1", [dataset]);
    expect(after).toBe(allowed ? to : state);
  },
);
