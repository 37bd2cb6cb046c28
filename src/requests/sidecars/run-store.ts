import type { Query } from "../../db/client.ts";
import type { Workload } from "../../runner/contract.ts";
import { openRequestStates, sqlList } from "../state.ts";

/** The containers of a step. */
export interface Run {
  step: number;
  run: string;
  format: Workload["format"];
  destination: Workload["destination"];
}

/** The runs of a request, in the order of its steps. */
export function runsOf(query: Query, request: string): Promise<Run[]> {
  return query<Run>(
    `SELECT step, run_id::text AS run, format, destination FROM step_workloads
     WHERE request_id = $1 ORDER BY step`,
    [request],
    "runs_of",
  );
}

/** In base64: what the generators of its steps that are to make Parquet say of themselves. */
export function capabilitiesOf(
  query: Query,
  request: string,
): Promise<{ step: number; capabilities: string }[]> {
  return query<{ step: number; capabilities: string }>(
    `SELECT step, coalesce(files ->> 'transformer_capabilities.json', '') AS capabilities
     FROM step_workloads WHERE request_id = $1 AND format = 'parquet'`,
    [request],
    "capabilities_of",
  );
}

export async function requestOfRunRow(query: Query, run: string): Promise<string | undefined> {
  const [row] = await query<{ request: string }>(
    `SELECT request_id::text AS request FROM step_workloads WHERE run_id = $1`,
    [run],
    "request_of_run",
  );
  return row?.request;
}

/** Those among these whose request has ended, or no longer exists. */
export async function endedRuns(query: Query, runs: string[]): Promise<string[]> {
  const rows = await query<{ run: string }>(
    `SELECT given.run::text AS run FROM unnest($1::uuid[]) AS given(run)
     LEFT JOIN step_workloads workloads ON workloads.run_id = given.run
     LEFT JOIN requests ON requests.id = workloads.request_id
     WHERE requests.id IS NULL OR requests.state NOT IN (${sqlList(openRequestStates)})`,
    [runs],
    "ended_runs",
  );
  return rows.map(({ run }) => run);
}

/** A file whose work is published, as an attempt. */
export interface QueuedFile {
  file: number;
  attempt: number;
}

/** What a container needs to know of a file. */
export interface TaskFile extends QueuedFile {
  paths: string[];
  /** where an earlier step put the file, if no step made objects since */
  location: string | null;
  /** names of the objects that the step before made */
  inputs: string[];
  /** the secrets of `paths` and `location`, encrypted */
  sealed: Buffer | null;
  location_sealed: Buffer | null;
}

export function taskFiles(
  query: Query,
  request: string,
  step: number,
  files: QueuedFile[],
): Promise<TaskFile[]> {
  return query<TaskFile>(
    `SELECT given.file_id AS file, given.attempt, files.paths, f.location,
       ARRAY(
         SELECT results.name FROM results
         WHERE results.request_id = f.request_id AND results.file_id = f.file_id
           AND results.step = $2::int - 1 AND results.deleted_at IS NULL
         ORDER BY results.name) AS inputs,
       (SELECT secrets.sealed FROM file_secrets secrets
        WHERE secrets.file_id = f.file_id) AS sealed,
       CASE WHEN f.location IS NOT NULL THEN (
         SELECT secrets.sealed FROM location_secrets secrets
         WHERE secrets.request_id = f.request_id AND secrets.file_id = f.file_id
       ) END AS location_sealed
     FROM unnest($3::bigint[], $4::int[]) WITH ORDINALITY AS given(file_id, attempt, position)
     JOIN request_files f ON f.request_id = $1 AND f.file_id = given.file_id
     JOIN files ON files.id = f.file_id
     ORDER BY position`,
    [request, step, files.map(({ file }) => file), files.map(({ attempt }) => attempt)],
    "sidecar_files",
  );
}
