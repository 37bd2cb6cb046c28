import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { statesPage } from "../../doc/generate/states.ts";
import { type DeviceState, deviceMoves, deviceStates } from "../../src/auth/device/state.ts";
import {
  currentDatasetStates,
  type DatasetMove,
  type DatasetState,
  datasetMoves,
  datasetStates,
  pastDatasetStates,
} from "../../src/datasets/state.ts";
import { type NoticeState, noticeMoves, noticeStates } from "../../src/notices/state.ts";
import { type FinishState, finishMoves, finishStates } from "../../src/requests/finish/state.ts";
import {
  dispatchStates,
  type EndingMove,
  type EndingState,
  endingMoves,
  endingStates,
  type FileMove,
  type FileState,
  fileMoves,
  fileStates,
  finalFileStates,
  finalRequestStates,
  openFileStates,
  openRequestStates,
  type RequestMove,
  requestMoves,
  requestStates,
  type StoredRequestState,
  sqlList,
  stoppableStates,
  storedRequestStates,
} from "../../src/requests/state.ts";
import {
  activeTaskStates,
  type TaskFileState,
  type TaskState,
  taskFileMoves,
  taskFileStates,
  taskMoves,
  taskStates,
} from "../../src/tasks/state.ts";

/**
 * Every state and every move, written out by hand: the moves that a state allows, and no others.
 */
const requestTable: Record<StoredRequestState, RequestMove[]> = {
  submitted: ["lookUp", "run", "fail", "cancel"],
  lookup: ["run", "fail", "cancel"],
  running: ["complete", "fail", "cancel"],
  canceling: ["endCancel"],
  complete: ["redrive", "delete"],
  failed: ["redrive", "delete"],
  canceled: ["delete"],
  deleting: [],
};

const fileTable: Record<FileState, FileMove[]> = {
  waiting: ["queue", "reassign", "fail", "cancel"],
  queued: [
    ...["unqueue", "start", "gather", "retry", "giveBack", "pass", "succeed", "goBack"],
    ...["fail", "cancel"],
  ] as FileMove[],
  running: ["retry", "giveBack", "lose", "pass", "succeed", "goBack", "fail", "cancel"],
  done: [],
  failed: ["redrive"],
  canceled: [],
};

const endingTable: Record<EndingState, EndingMove[]> = {
  none: ["fail", "expire", "stop"],
  failed: ["redrive"],
  deadline: ["redrive"],
  stopped: ["redrive"],
};

const datasetTable: Record<DatasetState, DatasetMove[]> = {
  lookup: ["keep", "spend", "fail", "remove"],
  ready: ["remove", "renew", "outdate", "retire"],
  failed: [],
  stale: ["fail"],
};

const taskTable: Record<TaskState, (keyof typeof taskMoves)[]> = {
  starting: ["start", "settle", "end"],
  running: ["settle", "end"],
  settled: ["end"],
  ended: [],
};

const taskFileTable: Record<TaskFileState, (keyof typeof taskFileMoves)[]> = {
  open: ["hold", "abort"],
  held: ["release"],
  abort: [],
  release: [],
};

const deviceTable: Record<DeviceState, (keyof typeof deviceMoves)[]> = {
  waiting: ["approve", "deny"],
  approved: ["use"],
  denied: [],
  used: [],
};

const finishTable: Record<FinishState, (keyof typeof finishMoves)[]> = {
  waiting: ["succeed", "fail"],
  done: [],
  failed: [],
};

const noticeTable: Record<NoticeState, (keyof typeof noticeMoves)[]> = {
  waiting: ["send", "fail"],
  sent: [],
  failed: ["again"],
};

test.each(storedRequestStates.map((state) => [state, requestTable[state]] as const))(
  "a request that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(requestMoves, state)).toEqual(allowed);
  },
);

test.each(fileStates.map((state) => [state, fileTable[state]] as const))(
  "a file that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(fileMoves, state)).toEqual(allowed);
  },
);

test.each(endingStates.map((state) => [state, endingTable[state]] as const))(
  "a request whose ending is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(endingMoves, state)).toEqual(allowed);
  },
);

test.each(datasetStates.map((state) => [state, datasetTable[state]] as const))(
  "a dataset that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(datasetMoves, state)).toEqual(allowed);
  },
);

test.each(taskStates.map((state) => [state, taskTable[state]] as const))(
  "a task that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(taskMoves, state)).toEqual(allowed);
  },
);

test.each(taskFileStates.map((state) => [state, taskFileTable[state]] as const))(
  "a file of a task that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(taskFileMoves, state)).toEqual(allowed);
  },
);

test.each(finishStates.map((state) => [state, finishTable[state]] as const))(
  "a finish that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(finishMoves, state)).toEqual(allowed);
  },
);

test.each(noticeStates.map((state) => [state, noticeTable[state]] as const))(
  "a message that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(noticeMoves, state)).toEqual(allowed);
  },
);

test.each(deviceStates.map((state) => [state, deviceTable[state]] as const))(
  "a program's code that is %s can %j and nothing else",
  (state, allowed) => {
    expect(movesFrom(deviceMoves, state)).toEqual(allowed);
  },
);

test("where each move leads", () => {
  expect(targets(requestMoves)).toEqual({
    ...{ submit: "submitted", lookUp: "lookup", run: "running", complete: "complete" },
    ...{ fail: "failed", cancel: "canceling", endCancel: "canceled", redrive: "running" },
    delete: "deleting",
  });
  expect(targets(endingMoves)).toEqual({
    ...{ fail: "failed", expire: "deadline", stop: "stopped", redrive: "none" },
  });
  expect(targets(fileMoves)).toEqual({
    ...{ register: "waiting", queue: "queued", unqueue: "waiting", start: "running" },
    ...{ reassign: "running", gather: "running", giveBack: "waiting" },
    ...{ retry: "waiting", lose: "waiting", pass: "waiting", succeed: "done" },
    ...{ goBack: "waiting", fail: "failed", cancel: "canceled", redrive: "waiting" },
  });
  expect(targets(datasetMoves)).toEqual({
    ...{ open: "lookup", openApart: "stale", keep: "ready", spend: "stale", fail: "failed" },
    ...{ remove: "stale", renew: "stale", outdate: "stale", retire: "stale" },
  });
  expect(targets(taskMoves)).toEqual({
    ...{ gather: "starting", start: "running", settle: "settled", end: "ended" },
  });
  expect(targets(taskFileMoves)).toEqual({
    ...{ gather: "open", hold: "held", abort: "abort", release: "release" },
  });
  expect(targets(finishMoves)).toEqual({ open: "waiting", succeed: "done", fail: "failed" });
  expect(targets(noticeMoves)).toEqual({
    ...{ add: "waiting", send: "sent", fail: "failed", again: "waiting" },
  });
});

test("the groups of states that statements ask for", () => {
  expect(stoppableStates).toEqual(["submitted", "lookup", "running"]);
  expect(dispatchStates).toEqual(["lookup", "running"]);
  expect(currentDatasetStates).toEqual(["lookup", "ready"]);
  expect(pastDatasetStates).toEqual(["failed", "stale"]);
  expect(activeTaskStates).toEqual(["starting", "running"]);
});

test("a state is either open or final, and only a redrive or a delete leaves a final one", () => {
  expect(finalRequestStates).toEqual(["complete", "failed", "canceled"]);
  expect(finalFileStates).toEqual(["done", "failed", "canceled"]);
  expect([...openRequestStates, ...finalRequestStates].sort()).toEqual([...requestStates].sort());
  expect([...openFileStates, ...finalFileStates].sort()).toEqual([...fileStates].sort());
});

test("every open state can come to an end", () => {
  for (const state of openRequestStates)
    expect(endsFrom(requestMoves, state, finalRequestStates), state).toBe(true);
  for (const state of openFileStates)
    expect(endsFrom(fileMoves, state, finalFileStates), state).toBe(true);
});

test("the guards of SQL come from the table", () => {
  expect(sqlList(fileMoves.start.from)).toBe("'queued'");
  expect(sqlList(requestMoves.redrive.from)).toBe("'complete', 'failed'");
});

test("doc/states.md is current: npm run generate", () => {
  expect(readFileSync(new URL("../../doc/states.md", import.meta.url), "utf8")).toBe(statesPage());
});

type Moves = Record<string, { from: readonly string[]; to: string }>;

function movesFrom(moves: Moves, state: string): string[] {
  return Object.keys(moves).filter((name) => moves[name]?.from.includes(state));
}

function targets(moves: Moves): Record<string, string> {
  return Object.fromEntries(Object.entries(moves).map(([name, { to }]) => [name, to]));
}

function endsFrom(moves: Moves, state: string, final: readonly string[]): boolean {
  const seen = new Set([state]);
  for (const reached of seen) {
    if (final.includes(reached)) return true;
    for (const move of Object.values(moves)) if (move.from.includes(reached)) seen.add(move.to);
  }
  return false;
}
