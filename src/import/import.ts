// `longshore import`: takes users, their tokens, and ended requests over from a ServiceX database.
// What was taken before is left, so it may be run again, and goes on where it was ended.
import { local } from "../auth/caller.ts";
import type { Config } from "../config.ts";
import type { Db, Query } from "../db/client.ts";
import { ensurePartitions } from "../db/partitions.ts";
import type { SealKeys } from "../seal.ts";
import { oldOrphans, oldTotal } from "./old-counts-store.ts";
import { type OldDatabase, openOldDatabase } from "./old-database.ts";
import type { OldRequest, OldUser } from "./old-rows.ts";
import { oldRequests, oldUsers } from "./old-store.ts";
import { takeUser } from "./people.ts";
import { makeProblems, type Problem, type Problems } from "./problems.ts";
import { takeRequest } from "./request.ts";
import { utcTime } from "./time.ts";

export interface ImportOptions {
  db: Db;
  config: Pick<Config, "identity">;
  sealKeys: SealKeys;
  /** of the ServiceX database */
  url: string;
  /** names it, so that ids of two are told apart; default: its generation */
  source?: string | undefined;
  progress: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  what: "users" | "requests";
  done: number;
  total: number;
}

export interface ImportReport {
  source: string;
  generation: OldDatabase["generation"];
  taken: {
    users: number;
    tokens: number;
    requests: number;
    datasets: number;
    files: number;
    /** their measures, in the history of their files; the objects stay where they are */
    results: number;
    history: number;
  };
  /** taken by an earlier import */
  before: { users: number; requests: number };
  /** accounts with the identity of a user that were here already */
  found: number;
  problems: Problem[];
}

/** The longest request has a million files. */
const longestStatementSeconds = 3_600;

export async function importServicex(options: ImportOptions): Promise<ImportReport> {
  const old = await openOldDatabase(options.url);
  try {
    const source = options.source ?? `servicex-${old.generation}`;
    return await takeAll(options, old, source);
  } finally {
    await old.close();
  }
}

async function takeAll(
  options: ImportOptions,
  old: OldDatabase,
  source: string,
): Promise<ImportReport> {
  const problems = makeProblems();
  const report = {
    source,
    generation: old.generation,
    taken: { users: 0, tokens: 0, requests: 0, datasets: 0, files: 0, results: 0, history: 0 },
    before: { users: 0, requests: 0 },
    found: 0,
  };
  await takeUsers(options, old, report, problems);
  await takeRequests(options, old, report, problems);
  for (const [what, count] of Object.entries(await oldOrphans(old)))
    if (count > 0) problems.note(`${what}: not taken`, "", count);
  return { ...report, problems: problems.list() };
}

type Counts = Omit<ImportReport, "problems">;

async function takeUsers(
  { db, config: { identity }, progress }: ImportOptions,
  old: OldDatabase,
  report: Counts,
  problems: Problems,
): Promise<void> {
  const total = await oldTotal(old, "users");
  if (!identity) {
    if (total > 0) problems.note("a user: not taken, since identity is off here", "", total);
    return;
  }
  const tools = { source: report.source, identity };
  let done = 0;
  for await (const row of rowsOf<OldUser>((after) => oldUsers(old, after))) {
    const user = await db.tx((query) => takeUser(query, tools, row));
    problems.add(user.problems);
    if (user.token) report.taken.tokens += 1;
    if (user.kind === "taken") report.taken.users += 1;
    if (user.kind === "found") report.found += 1;
    if (user.kind === "known") report.before.users += 1;
    done += 1;
    progress({ what: "users", done, total });
  }
}

async function takeRequests(
  { db, config, sealKeys, progress }: ImportOptions,
  old: OldDatabase,
  report: Counts,
  problems: Problems,
): Promise<void> {
  const nobody = config.identity ? "servicex" : ownerWithoutIdentity;
  const tools = { old, source: report.source, sealKeys, nobody };
  const total = await oldTotal(old, "requests");
  let done = 0;
  for await (const row of rowsOf<OldRequest>((after) => oldRequests(old, after))) {
    const request = await inPartition(db, row, (query) => takeRequest(query, tools, row));
    problems.add(request.problems);
    if (request.kind === "taken") report.taken.requests += 1;
    if (request.kind === "known") report.before.requests += 1;
    for (const what of ["files", "results", "history", "datasets"] as const)
      report.taken[what] += request[what];
    done += 1;
    progress({ what: "requests", done, total });
  }
}

const ownerWithoutIdentity = "owner" in local ? local.owner : "local";

async function* rowsOf<Row extends { id: number }>(
  page: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row> {
  let after = -1;
  for (;;) {
    const rows = await page(after);
    if (rows.length === 0) return;
    yield* rows;
    after = rows.at(-1)?.id ?? after;
  }
}

const mostTries = 5;
/** Of an INSERT for which there is no partition. */
const noPartition = "23514";

/**
 * History is kept by the month of its request. A service that runs removes partitions of old months
 * that have no request: between the two it is made again.
 */
async function inPartition<Result>(
  db: Db,
  { submit_time }: OldRequest,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const submittedAt = utcTime(submit_time);
  for (let tries = 1; ; tries++) {
    if (submittedAt !== undefined) await ensurePartitions(db, new Date(submittedAt));
    try {
      return await db.tx(work, { statementSeconds: longestStatementSeconds });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== noPartition || tries === mostTries) throw error;
    }
  }
}
