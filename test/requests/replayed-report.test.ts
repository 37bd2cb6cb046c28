// A report whose statement was committed and whose answer was lost is recorded again.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ledger, openLedger } from "../support/context.ts";
import { reportRow } from "../unit/report-row.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

async function queuedFile() {
  const request = await ledger.submit(1);
  await ledger.published(request, 1);
  const [row] = await ledger.ctx.db.query<{ file: number }>(
    `SELECT file_id AS file FROM request_files WHERE request_id = $1`,
    [request],
  );
  return { request, file: row?.file ?? 0 };
}

test("a retry for whatever attempt the file is in counts once", async () => {
  const file = await queuedFile();
  const error = { class: "timeout", fingerprint: "f", groupMessage: "m", info: "i" };
  const retry = reportRow({ ...file, status: "retry", open: true, ...error });
  expect(await ledger.ctx.batcher.add([retry])).toEqual(["recorded"]);
  await ledger.ctx.db.query(
    `UPDATE request_files SET not_before = now() + interval '1 hour' WHERE request_id = $1`,
    [file.request],
  );
  expect(await ledger.ctx.batcher.add([retry])).toEqual(["duplicate"]);
  const rows = await ledger.ctx.db.query(
    `SELECT state, tries FROM request_files WHERE request_id = $1`,
    [file.request],
  );
  expect(rows).toEqual([{ state: "waiting", tries: 1 }]);
});

test("a start that comes together with the success stands before it in the history", async () => {
  const { request, file } = await queuedFile();
  const now = Date.now();
  await ledger.ctx.batcher.add([
    reportRow({ request, file, status: "start", at: now }),
    reportRow({ request, file, status: "success", at: now }),
  ]);
  const history = await ledger.ctx.db.query<{ status: string }>(
    `SELECT status FROM file_status WHERE request_id = $1 ORDER BY seq`,
    [request],
  );
  expect(history.map(({ status }) => status)).toEqual(["start", "success"]);
  await ledger.ended(request);
  expect(await ledger.violations()).toEqual([]);
});
