// `POST globus_recall`: whether a file is on disk; if it is not, it is wanted from now on. However
// often it is asked for, it is recalled once.
import type { Context } from "../../deps.ts";
import { type RequestError, UnavailableError } from "../../errors.ts";
import { finalFileStates, isFinal } from "../../requests/state.ts";
import { parseBody, recallBody } from "./body.ts";
import type { TapeCaller } from "./caller.ts";
import { canceled, noSuchFile, notRecalled, tapeAway } from "./errors.ts";
import { libraryOfTask } from "./library.ts";
import * as store from "./store.ts";
import type { TapeSystem } from "./tape.ts";
import { makeWanted, type Wanted } from "./wanted.ts";

type State = { state: "resident" | "archived" };
const resident: State = { state: "resident" };
const archived: State = { state: "archived" };

/** A file that is evicted so often before it was used is given up. */
const mostTimes = 10;
/** Between a batch and the record of its request; longer where a process has died there. */
const submitSeconds = 60;

interface Parts {
  ctx: Context;
  system: TapeSystem;
  wanted: Wanted;
}

export function makeGlobusRecall(ctx: Context, system: TapeSystem) {
  const { STAGE_BATCH_FILES: files, STAGE_BATCH_SECONDS: afterSeconds } = system.facility;
  const parts = { ctx, system, wanted: makeWanted(ctx, { files, afterSeconds }) };
  return async (caller: TapeCaller, body: unknown): Promise<State> => {
    const { path: named, globus_taskid: globusTask, library } = parseBody(recallBody, body);
    const { path } = await system.fileOf(caller, named);
    const { key, owner } = caller;
    const chosen = library ?? libraryOfTask(ctx.config.tape.libraries, globusTask) ?? "";
    const call = { key, owner, globusTask, path, library: chosen };
    const row = await store.findCall(ctx.db.query, call);
    return row ? await ofKnown(parts, call, row) : await ofNew(parts, caller, call);
  };
}

async function ofNew(
  { system, wanted }: Parts,
  caller: TapeCaller,
  call: store.NewCall,
): Promise<State> {
  if (!system.isElsewhere) {
    const answer = await system.ask(call.path);
    if (answer.is === "missing") throw noSuchFile();
    if (answer.is === "disk") return resident;
    if (answer.is === "lost") throw notRecalled("The tape system has lost the data of this file.");
  }
  await wanted.add(caller, call);
  return archived;
}

async function ofKnown(parts: Parts, call: store.NewCall, row: store.CallRow): Promise<State> {
  const { ctx, wanted } = parts;
  const { query } = ctx.db;
  if (row.batch === null) {
    if (row.waitedSeconds > wanted.seconds) await wanted.flush();
    else if (row.problem !== null) throw new UnavailableError(row.problem, 30);
    return archived;
  }
  if (row.request === null) {
    if (row.waitedSeconds > submitSeconds) await store.dissolveBatch(query, row.batch, null);
    return archived;
  }
  if (row.fileState === "done") return ofDone(parts, call, row);
  const isOver = row.fileState === null && row.requestState !== null && isFinal(row.requestState);
  if (!isOver && (row.fileState === null || !finalFileStates.includes(row.fileState)))
    return archived;
  await store.closeCall(query, call);
  throw await failureOf(ctx, row);
}

/** It was on disk then: the tape system says whether it still is. */
async function ofDone(
  { ctx, system }: Parts,
  call: store.NewCall,
  row: store.CallRow,
): Promise<State> {
  const { query } = ctx.db;
  if (await isOnDisk(ctx, system, call.path, row)) {
    await store.closeCall(query, call);
    return resident;
  }
  if (row.times >= mostTimes)
    throw notRecalled(`It was recalled ${mostTimes} times, and migrated again each time.`);
  await store.askAgain(query, call, row.batch);
  return archived;
}

async function isOnDisk(
  { config }: Context,
  system: TapeSystem,
  path: string,
  { fileSeconds }: store.CallRow,
): Promise<boolean> {
  if (system.isElsewhere) return (fileSeconds ?? 0) < config.tape.residentSeconds;
  const answer = await system.ask(path);
  if (answer.is === "missing") throw noSuchFile();
  if (answer.is === "lost") throw notRecalled("The tape system has lost the data of this file.");
  if (answer.is === "unclear")
    throw tapeAway(`The state ${answer.state} of this file is not known.`);
  return answer.is === "disk";
}

async function failureOf(
  { db }: Context,
  { request, file, fileState, errorClass, reason, requestState }: store.CallRow,
): Promise<RequestError> {
  if (errorClass === "not_found") return noSuchFile();
  if (fileState === "canceled" || requestState === "canceled") return canceled();
  const said = request && file && (await store.lastFailure(db.query, request, file));
  return notRecalled(said || reason || "The recall of this file failed.");
}
