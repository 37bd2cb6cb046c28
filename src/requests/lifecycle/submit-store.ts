import type { Query } from "../../db/client.ts";
import type { Workload } from "../../runner/contract.ts";
import { type RequestMove, requestMoves } from "../state.ts";
import { type SubmitInput, uncheckedCode } from "../views.ts";

export interface IdempotencyKey {
  key: string;
  /** the first is kept; an earlier request with any of them had the same body */
  bodyHashes: readonly [string, ...string[]];
}

export async function requestOfKey(
  query: Query,
  owner: string,
  key: string,
): Promise<{ id: string; bodyHash: string | null } | undefined> {
  const [row] = await query<{ id: string; bodyHash: string | null }>(
    `SELECT id, body_hash AS "bodyHash" FROM requests WHERE owner = $1 AND idempotency_key = $2`,
    [owner, key],
  );
  return row;
}

/** A later request may have the key: this one no longer stands for it. */
export async function freeKey(query: Query, request: string, key: string): Promise<void> {
  await query(`UPDATE requests SET idempotency_key = NULL WHERE id = $1 AND idempotency_key = $2`, [
    request,
    key,
  ]);
}

/** A step that is accepted although its settings could not be checked. */
export interface UncheckedStep {
  step: number;
  reason: string;
}

/** What others' containers do for a step. */
export interface StepWorkload {
  step: number;
  /** names its queue and its containers */
  run: string;
  workload: Workload;
}

interface NewRequest {
  id: string;
  owner: string;
  datasetId: number;
  input: SubmitInput;
  key: IdempotencyKey | undefined;
  unchecked: UncheckedStep[];
  workloads: StepWorkload[];
}

/** False when another request has the idempotency key. */
export async function insertRequest(
  query: Query,
  { id, owner, datasetId, input, key, unchecked, workloads }: NewRequest,
): Promise<boolean> {
  const inserted = await query(
    `INSERT INTO requests (id, owner, title, state, dataset_id, did, steps, workers, priority,
       stop_after_failed_percent, deadline_seconds, deadline, idempotency_key, body_hash, facade)
     VALUES ($1, $2, $3, '${requestMoves.submit.to}', $4, $5, $6, $7, $8, $9, $10::int,
       now() + make_interval(secs => $10::int), $11, $12, $13)
     ON CONFLICT (owner, idempotency_key) DO NOTHING RETURNING id`,
    [
      id,
      owner,
      input.title ?? null,
      datasetId,
      "did" in input.dataset ? input.dataset.did : null,
      input.steps.length,
      input.workers ?? null,
      input.priority ?? 0,
      input.stopAfterFailedPercent ?? null,
      input.deadlineSeconds ?? null,
      key?.key ?? null,
      key?.bodyHashes[0] ?? null,
      input.facade ?? null,
    ],
  );
  if (!inserted.length) return false;
  await query(
    `INSERT INTO request_steps (request_id, step, operation, settings, settings_bytes,
       retry_attempts, retry_wait_seconds, retry_classes)
     SELECT $1, step, operation, settings, octet_length(settings::text),
       (retry ->> 'attempts')::int, (retry ->> 'wait_seconds')::double precision,
       CASE WHEN jsonb_typeof(retry -> 'classes') = 'array'
         THEN ARRAY(SELECT jsonb_array_elements_text(retry -> 'classes')) END
     FROM unnest($2::text[], $3::jsonb[], $4::jsonb[]) WITH ORDINALITY
       AS given(operation, settings, retry, step)`,
    [
      id,
      input.steps.map((step) => step.operation),
      input.steps.map((step) => JSON.stringify(step.settings)),
      input.steps.map((step) => JSON.stringify(step.retry ?? {})),
    ],
  );
  if (workloads.length > 0) await insertWorkloads(query, id, workloads);
  await query(
    `INSERT INTO request_moves (request_id, round, move, to_state)
     VALUES ($1, 1, '${"submit" satisfies RequestMove}', '${requestMoves.submit.to}')`,
    [id],
  );
  if (unchecked.length > 0) await warnOfUnchecked(query, id, unchecked);
  return true;
}

async function insertWorkloads(query: Query, id: string, workloads: StepWorkload[]): Promise<void> {
  await query(
    `INSERT INTO step_workloads
       (request_id, step, run_id, image, language, command, format, destination, files)
     SELECT $1, step, run_id, workload ->> 'image', workload ->> 'language',
       workload ->> 'command', workload ->> 'format', workload ->> 'destination',
       workload -> 'files'
     FROM unnest($2::int[], $3::uuid[], $4::jsonb[]) AS given(step, run_id, workload)`,
    [
      id,
      workloads.map(({ step }) => step),
      workloads.map(({ run }) => run),
      workloads.map(({ workload }) => JSON.stringify(workload)),
    ],
  );
}

async function warnOfUnchecked(
  query: Query,
  id: string,
  unchecked: UncheckedStep[],
): Promise<void> {
  await query(
    `INSERT INTO request_warnings (request_id, code, subject, message, count, files)
     SELECT $1, '${uncheckedCode}', step, message, 0, '{}'
     FROM unnest($2::text[], $3::text[]) AS given(step, message)`,
    [
      id,
      unchecked.map(({ step }) => String(step)),
      unchecked.map(
        ({ step, reason }) =>
          `Step ${step} was accepted without a check: an error in its query shows when its first ` +
          `files run. ${reason}`,
      ),
    ],
  );
}
