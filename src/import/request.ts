// One ended request of ServiceX, with its files and their history, in one transaction: an import
// that is killed has all of it or nothing.
import { withoutSecrets } from "../addresses/shown.ts";
import type { Query } from "../db/client.ts";
import type { RequestMove } from "../requests/state.ts";
import type { SealKeys } from "../seal.ts";
import { isUuid } from "../uuid.ts";
import { takeFiles } from "./files.ts";
import {
  type EndedRequest,
  insertEnded,
  lockImport,
  newIdOf,
  noteImported,
  requestExists,
} from "./ledger-store.ts";
import type { OldDatabase } from "./old-database.ts";
import type { OldRequest } from "./old-rows.ts";
import { makeProblems, type Problems } from "./problems.ts";
import { utcTime } from "./time.ts";

export interface RequestImport {
  old: OldDatabase;
  /** names the database whose ids these are */
  source: string;
  sealKeys: SealKeys;
  /** of requests that name no user who was taken */
  nobody: string;
}

export interface TakenRequest {
  kind: "taken" | "known" | "left";
  files: number;
  results: number;
  history: number;
  datasets: number;
  problems: Problems;
}

/** What is not taken, or not as it was, is said in `problems`. In a transaction of its own. */
export async function takeRequest(
  query: Query,
  tools: RequestImport,
  row: OldRequest,
): Promise<TakenRequest> {
  const problems = makeProblems();
  const none = { files: 0, results: 0, history: 0, datasets: 0, problems };
  const name = row.request_id ?? `number ${row.id}`;
  await lockImport(query);
  if ((await newIdOf(query, tools.source, "request", String(row.id))) !== undefined)
    return { kind: "known", ...none };
  const left = (why: string): TakenRequest => {
    problems.note(why, name);
    return { kind: "left", ...none };
  };
  const id = row.request_id?.toLowerCase() ?? "";
  if (!isUuid(id)) return left("a request whose id is no UUID: not taken");
  const word = (row.status ?? "").toLowerCase().replaceAll(" ", "_");
  const moves = movesOf[word];
  if (openWords.includes(word))
    return left("a request that has not ended: not taken; import again when it has");
  if (!moves) return left(`a request with the status ${JSON.stringify(row.status)}: not taken`);
  const submittedAt = utcTime(row.submit_time);
  if (submittedAt === undefined) return left("a request without a time of its submit: not taken");
  // It came here another way, such as by an import under another name.
  if (await requestExists(query, id)) return left("a request whose id is here already: left");
  const finishedAt = finishOf(row, submittedAt, problems);
  const owner = await ownerOf(query, tools, row, problems);
  const end = { id, name, moves, owner, submittedAt, finishedAt };
  const taken = await write(query, tools, row, end, problems);
  await noteImported(query, tools.source, "request", { old: String(row.id), new: id });
  return { kind: "taken", ...taken, problems };
}

const openWords = ["submitted", "lookup", "pending_lookup", "running"];

/** 2022 writes `Complete`, 2024 `complete`; later servers know `Bad Dataset` too. */
const movesOf: Record<string, RequestMove[] | undefined> = {
  complete: ["submit", "run", "complete"],
  fatal: ["submit", "run", "fail"],
  bad_dataset: ["submit", "run", "fail"],
  canceled: ["submit", "run", "cancel", "endCancel"],
};

function finishOf(row: OldRequest, submittedAt: string, problems: Problems): string {
  const finishedAt = utcTime(row.finish_time);
  if (finishedAt !== undefined && Date.parse(finishedAt) >= Date.parse(submittedAt))
    return finishedAt;
  problems.note(
    "a request without a time of its end, or with one before its submit: its submit counts",
    row.request_id ?? "",
  );
  return submittedAt;
}

async function ownerOf(
  query: Query,
  { source, nobody }: RequestImport,
  { request_id, submitted_by: user }: OldRequest,
  problems: Problems,
): Promise<string> {
  if (user === null) return nobody;
  const owner = await newIdOf(query, source, "user", String(user));
  if (owner === undefined)
    problems.note(
      `a request of a user who was not taken: its owner is ${JSON.stringify(nobody)}`,
      `${request_id} of user ${user}`,
    );
  return owner ?? nobody;
}

interface Known extends Pick<EndedRequest, "id" | "owner" | "moves" | "submittedAt"> {
  name: string;
  finishedAt: string;
}

async function write(
  query: Query,
  tools: RequestImport,
  row: OldRequest,
  known: Known,
  problems: Problems,
) {
  const { id, owner, moves, submittedAt, finishedAt } = known;
  const ends = moves.at(-1);
  const said = withoutSecrets(row.failure_description ?? "").slice(0, 10_000);
  const reason = ends === "fail" ? said || "ServiceX recorded no reason." : null;
  const did = withoutSecrets(row.did ?? "");
  const request = { id: row.id, uuid: row.request_id ?? "" };
  return takeFiles(query, {
    ...tools,
    owner: { dataset: row.did_id, request },
    list: nameOf(did),
    of: { id, owner, submittedAt },
    end: {
      move: ends === "endCancel" ? "cancel" : "fail",
      reason: reason ?? "ServiceX has no result of this file.",
      at: finishedAt,
    },
    isComplete: ends === "complete",
    counts: { done: row.files_completed, failed: row.files_failed, files: row.files },
    begin: (datasetId) =>
      insertEnded(query, {
        id,
        owner,
        title: row.title,
        datasetId,
        did: did || null,
        workers: row.workers !== null && row.workers > 0 ? row.workers : null,
        settings: JSON.stringify({ selection: row.selection ?? "", image: row.image }),
        facade: { servicex: echoedOf(row) },
        moves,
        reason,
        submittedAt,
        finishedAt,
      }),
    problems,
  });
}

function nameOf(did: string): { finder: string; name: string } {
  const [, finder, name] = /^(\w[\w+.-]*):\/\/(.+)$/s.exec(did) ?? [];
  if (finder !== undefined && name !== undefined) return { finder, name };
  return { finder: "user", name: did || "(no name)" };
}

/** As ServiceX's own clients are shown it: words that they do not know are left out. */
function echoedOf(row: OldRequest): Record<string, unknown> {
  const { tree_name: tree, result_destination: destination, result_format: format } = row;
  return {
    "tree-name": tree,
    ...(["object-store", "volume"].includes(destination ?? "") && {
      "result-destination": destination,
    }),
    ...(["parquet", "root-file"].includes(format ?? "") && { "result-format": format }),
  };
}
