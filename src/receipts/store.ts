import type { Query } from "../db/client.ts";
import { finalRequestStates, type HistoryStatus, historySql, sqlList } from "../requests/state.ts";

export interface ReceiptRow {
  round: number;
  /** whose request it was */
  owner: string;
  /** canonical JSON */
  document: Buffer;
  /** the JWS's protected header; null: an earlier version signed the document alone */
  header: string | null;
  signature: Buffer;
  key_id: string;
}

/** Rows of a process of an earlier version have no owner: it is in what they signed. */
const ownerOfRow = `coalesce(owner, convert_from(document, 'UTF8')::json #>> '{request,owner}')`;

export async function receiptRow(query: Query, id: string): Promise<ReceiptRow | undefined> {
  const [row] = await query<ReceiptRow>(
    `SELECT round, ${ownerOfRow} AS owner, document, header, signature, key_id
     FROM receipts WHERE request_id = $1`,
    [id],
  );
  return row;
}

/**
 * Kept only if the request is still as it was read: a redrive meanwhile has opened another round.
 * The first of two makers wins.
 */
export async function insertReceipt(
  query: Query,
  id: string,
  facts: number,
  receipt: ReceiptRow,
): Promise<void> {
  await query(
    `INSERT INTO receipts AS kept (request_id, round, owner, document, header, signature, key_id)
     SELECT $1, $3, $4, $5, $6, $7, $8 FROM requests
     WHERE id = $1 AND facts = $2 AND state IN (${sqlList(finalRequestStates)})
     ON CONFLICT (request_id) DO UPDATE
       SET round = excluded.round, owner = excluded.owner, document = excluded.document,
         header = excluded.header, signature = excluded.signature,
         key_id = excluded.key_id, created_at = now()
     WHERE kept.round < excluded.round`,
    [
      id,
      facts,
      receipt.round,
      receipt.owner,
      receipt.document,
      receipt.header,
      receipt.signature,
      receipt.key_id,
    ],
  );
}

export async function keepKey(query: Query, keyId: string, publicKey: Buffer): Promise<void> {
  await query(
    `INSERT INTO receipt_keys (key_id, public_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    [keyId, publicKey],
  );
}

export async function keptKeys(query: Query): Promise<Buffer[]> {
  const rows = await query<{ public_key: Buffer }>(
    `SELECT public_key FROM receipt_keys ORDER BY created_at DESC LIMIT 1000`,
  );
  return rows.map((row) => row.public_key);
}

export interface Account {
  facts: number;
  dataset_version: number;
  registered: number;
  results_deleted_at: Date | null;
  moves: {
    round: number;
    move: string;
    from: string | null;
    to: string;
    at: string;
    reason: string | null;
  }[];
  groups: { fingerprint: string; class: string; message: string }[];
}

const utc = (column: string) =>
  `to_char(${column} AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export async function accountOf(query: Query, id: string): Promise<Account | undefined> {
  const [row] = await query<Account>(
    `SELECT r.facts, d.version AS dataset_version, s.registered,
       CASE WHEN r.results_deleted_at > r.finished_at THEN r.results_deleted_at END
         AS results_deleted_at,
       (SELECT coalesce(json_agg(json_build_object('round', m.round, 'move', m.move,
            'from', m.from_state, 'to', m.to_state, 'at', ${utc("m.at")}, 'reason', m.reason)
          ORDER BY m.id), '[]')
        FROM request_moves m WHERE m.request_id = r.id) AS moves,
       (SELECT coalesce(json_agg(json_build_object('fingerprint', first.fingerprint,
            'class', first.class, 'message', first.message) ORDER BY first.fingerprint), '[]')
        FROM (
          SELECT * FROM error_groups WHERE request_id = r.id ORDER BY fingerprint LIMIT 1000
        ) AS first) AS groups
     FROM requests r JOIN datasets d ON d.id = r.dataset_id
     JOIN request_steps s ON s.request_id = r.id AND s.step = 1 WHERE r.id = $1`,
    [id],
  );
  return row;
}

export interface RoundRow {
  round: number;
  redriven: number;
  done: number;
  failed: number;
}

const roundStatuses: HistoryStatus[] = ["redrive", "success", "failure"];

/** What each round settled, from the history. Only needed with more than one round. */
export function roundRows(query: Query, id: string): Promise<RoundRow[]> {
  return query<RoundRow>(
    `SELECT h.round, count(*) FILTER (WHERE h.status = ${historySql.redrive}) AS redriven,
       count(*) FILTER (WHERE h.status = ${historySql.success} AND h.step = r.steps) AS done,
       count(*) FILTER (WHERE h.status = ${historySql.failure}) AS failed
     FROM requests r JOIN file_status h ON h.request_created = r.created_on AND h.request_id = r.id
     WHERE r.id = $1 AND h.status IN (${sqlList(roundStatuses)})
     GROUP BY h.round`,
    [id],
  );
}

export interface InputRow {
  seq: number;
  paths: string[];
  size: number | null;
  checksum: string | null;
  file: number;
  /** of the first step that has read the file with success; null: none has */
  step: number | null;
  attempt: number | null;
  /** what it read; null: not recorded */
  input_size: number | null;
  input_sha256: string | null;
}

/**
 * The request's files as its dataset has them, in order, a page at a time. After a step that has
 * made results, steps read those and not the file; the results themselves may be removed by now.
 */
export function inputRows(
  query: Query,
  id: string,
  after: number,
  registered: number,
  limit: number,
): Promise<InputRow[]> {
  return query<InputRow>(
    `SELECT f.seq, f.paths, f.size, f.checksum, f.id AS file, read.step, read.attempt,
       read.input_size, read.input_sha256
     FROM files f LEFT JOIN LATERAL (
       SELECT * FROM (
         SELECT DISTINCT ON (h.step) h.step, h.attempt, h.input_size, h.input_sha256
         FROM file_status h
         WHERE h.request_created = (SELECT created_on FROM requests WHERE id = $1)
           AND h.request_id = $1 AND h.file_id = f.id AND h.status = ${historySql.success}
         ORDER BY h.step, h.attempt DESC
       ) AS last
       WHERE NOT EXISTS (SELECT FROM request_steps made
         WHERE made.request_id = $1 AND made.step < last.step AND made.result_seq > 0)
       ORDER BY last.input_sha256 IS NULL, last.step LIMIT 1
     ) AS read ON true
     WHERE f.dataset_id = (SELECT dataset_id FROM requests WHERE id = $1)
       AND f.seq > $2 AND f.seq <= $3
     ORDER BY f.seq LIMIT $4`,
    [id, after, registered, limit],
    "receipt_inputs",
  );
}
