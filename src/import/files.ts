// The files of one old request: its list, which requests of the same dataset share, and how each
// file ended.
import { withoutSecrets } from "../addresses/shown.ts";
import type { FoundFile } from "../datasets/contract.ts";
import { addKnownFiles, closeKnownList, openKnownList } from "../datasets/known-list.ts";
import type { Query } from "../db/client.ts";
import { importedOperation } from "../requests/imported.ts";
import { fingerprintOf } from "../requests/reports/fingerprint.ts";
import type { SealKeys } from "../seal.ts";
import {
  type Counted,
  countFiles,
  datasetExists,
  type EndedFile,
  type EndedRequest,
  fileIds,
  insertErrorGroups,
  insertFiles,
  newIdOf,
  noteImported,
} from "./ledger-store.ts";
import { oldCounts } from "./old-counts-store.ts";
import type { OldDatabase } from "./old-database.ts";
import type { OldFile } from "./old-rows.ts";
import { type FileOwner, oldFileList, oldFiles, oldResults, oldStatuses } from "./old-store.ts";
import { type OldEnd, type Outcome, outcomeOf } from "./outcome.ts";
import type { Problems } from "./problems.ts";

export interface FilesImport {
  old: OldDatabase;
  source: string;
  sealKeys: SealKeys;
  owner: FileOwner;
  /** what the dataset is called */
  list: { finder: string; name: string };
  of: Pick<EndedRequest, "id" | "owner" | "submittedAt">;
  end: OldEnd;
  /** the request is complete, so that each of its files should have a result */
  isComplete: boolean;
  /** as ServiceX counted; null: it did not */
  counts: { done: number | null; failed: number | null; files: number | null };
  /** writes the request, once its dataset is there */
  begin: (datasetId: number) => Promise<void>;
  problems: Problems;
}

const filesAtOnce = 1_000;

/** Returns how many of each were taken. */
export async function takeFiles(query: Query, wanted: FilesImport) {
  const { old, owner, of, problems } = wanted;
  const list = await oldFileList(old, owner);
  const dataset = await datasetOf(query, wanted, list);
  await wanted.begin(dataset.id);
  const counted: Counted = { done: 0, failed: 0, canceled: 0, attempts: 0 };
  const groups = new Map<string, string>();
  const used = { results: 0, statuses: 0, history: 0, failed: 0 };
  let start = 0;
  for await (const files of pages(old, owner, list.last)) {
    const ids = await fileIds(query, dataset.id, { first: start + 1, last: start + files.length });
    const ended = await endsOf(wanted, files, ids, used);
    for (const file of ended) {
      counted[file.state as "done" | "failed" | "canceled"] += 1;
      counted.attempts = Math.max(counted.attempts, file.attempt);
      if (file.error) groups.set(file.error.fingerprint, file.error.message);
      used.history += file.history.length;
    }
    await insertFiles(query, of, ended);
    start += files.length;
  }
  await insertErrorGroups(query, of.id, groups);
  await countFiles(query, of.id, counted);
  await compare(wanted, counted, used);
  return {
    files: start,
    results: used.results,
    history: used.history,
    datasets: dataset.created ? 1 : 0,
    problems,
  };
}

/**
 * In 2024 requests share the list of a dataset. One that has changed since an earlier import is
 * another list.
 */
async function datasetOf(
  query: Query,
  { old, source, sealKeys, owner, list, of, problems }: FilesImport,
  { total, last }: { total: number; last: number },
): Promise<{ id: number; created: boolean }> {
  const oldId = owner.dataset === null ? undefined : `${owner.dataset}: ${total} to ${last}`;
  const known = oldId && Number(await newIdOf(query, source, "dataset", oldId));
  if (known && (await datasetExists(query, known))) return { id: known, created: false };
  if (old.generation === "2024" && total === 0 && owner.dataset === null)
    problems.note("a request without a dataset: taken without files", of.id);
  const id = await openKnownList(query, list, of.owner);
  let start = 0;
  for await (const files of pages(old, owner, last)) {
    const found = files.map((file) => foundFile(file, problems));
    await addKnownFiles(query, sealKeys, id, { files: found, start });
    start += files.length;
  }
  await closeKnownList(query, id);
  if (oldId !== undefined)
    await noteImported(query, source, "dataset", { old: oldId, new: String(id) });
  return { id, created: true };
}

async function* pages(old: OldDatabase, owner: FileOwner, last: number): AsyncGenerator<OldFile[]> {
  let after = -1;
  for (;;) {
    const files = await oldFiles(old, owner, { after, last, limit: filesAtOnce });
    if (files.length === 0) return;
    yield files;
    after = files.at(-1)?.id ?? last;
  }
}

/** ServiceX joins replicas by commas: one begins after a comma, with a scheme or a root. */
function foundFile(file: OldFile, problems: Problems): FoundFile {
  const paths = (file.paths ?? "").split(/,(?=[A-Za-z][\w+.-]*:|\/)/).filter(Boolean);
  if (paths.length === 0)
    problems.note("a file without a path: named by its old id", String(file.id));
  const count = (value: number | null, what: string) => {
    if (value === null || value >= 0) return value ?? undefined;
    problems.note(`a file with less than no ${what}: taken without`, `${file.id}: ${value}`);
    return undefined;
  };
  const size = count(file.file_size, "bytes");
  const events = count(file.file_events, "events");
  return {
    paths: paths.length > 0 ? paths : [`servicex-file-${file.id}`],
    ...(size !== undefined && { size }),
    ...(events !== undefined && { events }),
    ...(file.adler32 && { checksum: `adler32:${file.adler32}` }),
  };
}

/** Rows that name a file of the request, and files that a result says have failed. */
interface Used {
  results: number;
  statuses: number;
  failed: number;
}

async function endsOf(
  { old, owner: { request }, end, isComplete, problems }: FilesImport,
  files: OldFile[],
  ids: number[],
  used: Used,
): Promise<EndedFile[]> {
  const range = { first: files[0]?.id ?? 0, last: files.at(-1)?.id ?? 0 };
  const results = byFile(await oldResults(old, request, range));
  const statuses = byFile(await oldStatuses(old, request, range));
  return files.map((file, index) => {
    const own = { results: results.get(file.id) ?? [], statuses: statuses.get(file.id) ?? [] };
    const outcome = outcomeOf(own.results, own.statuses, end);
    used.results += own.results.length;
    used.statuses += own.statuses.length;
    const { state, attempt, history, error } = outcome;
    if (own.results.length > 0 && error !== undefined) used.failed += 1;
    const named = `file ${file.id} of ${request.uuid}`;
    if (own.results.length === 0 && isComplete)
      problems.note("a file of a complete request without a result: it counts as failed", named);
    noteDirt(outcome, named, problems);
    return { id: ids[index] ?? 0, state, attempt, at: end.at, history, error: groupOf(error) };
  });
}

function noteDirt({ unknown, duplicates }: Outcome, named: string, problems: Problems): void {
  for (const word of unknown)
    problems.note(`a row of file_status with the status ${JSON.stringify(word)}: not taken`, named);
  if (duplicates > 0)
    problems.note("a result that was written again: it counts once", named, duplicates);
}

function groupOf(error: string | undefined): EndedFile["error"] {
  if (error === undefined) return undefined;
  const { fingerprint, groupMessage } = fingerprintOf(importedOperation, error);
  return {
    fingerprint,
    message: withoutSecrets(groupMessage) || "ServiceX recorded no reason.",
  };
}

function byFile<Row extends { file_id: number }>(rows: Row[]): Map<number, Row[]> {
  const found = new Map<number, Row[]>();
  for (const row of rows) {
    const others = found.get(row.file_id);
    if (others) others.push(row);
    else found.set(row.file_id, [row]);
  }
  return found;
}

/** Where ServiceX's own rows contradict each other. */
async function compare(
  { old, owner: { request }, counts, problems }: FilesImport,
  { done, failed, canceled }: Counted,
  used: Used,
): Promise<void> {
  const all = await oldCounts(old, request);
  if (all.results > used.results)
    problems.note(
      "a result of a file that its request does not have: not taken",
      request.uuid,
      all.results - used.results,
    );
  if (all.statuses > used.statuses)
    problems.note(
      "a row of file_status of a file that its request does not have: not taken",
      request.uuid,
      all.statuses - used.statuses,
    );
  const files = done + failed + canceled;
  const differs = (said: number | null, is: number) => said !== null && said !== is;
  if (differs(counts.files, files) && counts.files !== 0)
    problems.note(
      "a request that counts other files than it has: those that it has are taken",
      `${request.uuid}: ${counts.files}, and has ${files}`,
    );
  if (differs(counts.done, done) || differs(counts.failed, used.failed))
    problems.note(
      "a request that counts other results than it has: those that it has are taken",
      `${request.uuid}: ${counts.done} done and ${counts.failed} failed, and has ${done} and ` +
        `${used.failed}`,
    );
}
