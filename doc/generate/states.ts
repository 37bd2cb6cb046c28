// doc/states.md, from the tables of moves.
import { deviceMoves } from "../../src/auth/device/state.ts";
import { datasetMoves, pastDatasetStates } from "../../src/datasets/state.ts";
import type { Move } from "../../src/moves.ts";
import { noticeMoves } from "../../src/notices/state.ts";
import { finishMoves } from "../../src/requests/finish/state.ts";
import {
  endingMoves,
  fileMoves,
  finalFileStates,
  finalRequestStates,
  requestMoves,
} from "../../src/requests/state.ts";
import { taskFileMoves, taskFileStates, taskMoves } from "../../src/tasks/state.ts";
import { userMoves } from "../../src/users/state.ts";

export function statesPage(): string {
  return `# States

Made by \`npm run generate\` from the \`state.ts\` of each folder of \`src/\`; a test holds them together. Every write of a state is
one of these moves. It is guarded by the states that it may leave, and returns whether it happened.

## A request

${picture(requestMoves, [...finalRequestStates, requestMoves.delete.to])}
Final: ${finalRequestStates.join(", ")}. Only \`redrive\` and \`delete\` leave a final state: a redrive begins a new round; a request that is
${requestMoves.delete.to} is "not found" for callers, and its row is removed last.

A request takes the files of its dataset over in chunks, while they are found, and a cancel ends that at once. A canceled request counts the
files that it had by then: \`counters.total\` may be less than \`dataset.files\`, which is the length of the list itself and may still grow for other
requests. Files that it had not taken over are not its files: they are in no state, and its receipt does not list them as inputs.

## The end of a request before its files are done

The column \`requests.ending\`, null where the picture says "none". An open request (submitted, lookup, running) whose ending is not "none" gives
no file to a worker; its open files fail, and then it becomes failed or, where it was stopped or out of time while running, complete.

${picture(endingMoves, [])}
## A file of a request, in its current step

${picture(fileMoves, finalFileStates)}
Final: ${finalFileStates.join(", ")}. Only \`redrive\` leaves a final state.

## A dataset: one version of the list of files of a name

${picture(datasetMoves, pastDatasetStates)}
Past: ${pastDatasetStates.join(", ")}. No new request uses such a version; it is deleted when no request uses it any longer.

## A task of a service operation

${picture(taskMoves, [taskMoves.end.to])}
## A file of a task: what the task owes it

${picture(taskFileMoves, withoutRow)}
A file to which the task owes nothing any more has no row: its outcome is recorded, or it is aborted or released.

## The \`finish\` of an operation, once a round

${picture(finishMoves, [finishMoves.succeed.to, finishMoves.fail.to])}
A redrive opens the next round, which has a \`finish\` of its own.

## A person's account

A first sign-in makes it. Only an approved account may do anything but read and complete itself.

${picture(userMoves, [userMoves.remove.to])}
Nothing leaves ${userMoves.remove.to}: who signs in again has a new account.

## A message to a person or to Slack

It is written in the transaction of what it tells; [notices.md](notices.md) says when it is tried again.

${picture(noticeMoves, [noticeMoves.send.to])}
Only an administrator has one sent again that has ${noticeMoves.fail.to}.

## A program that waits for a person to give it a token

Ten minutes after it has begun it counts no longer; its row goes when the next program asks.

${picture(deviceMoves, [deviceMoves.deny.to, deviceMoves.use.to])}`;
}

/** A row of a file of a task is deleted in these states. */
const withoutRow = taskFileStates.filter((state) => state !== taskFileMoves.hold.to);

function picture(moves: Record<string, Move<string>>, last: readonly string[]): string {
  const arrows = Object.entries(moves).flatMap(([name, { from, to }]) =>
    (from.length ? from : ["[*]"]).map((state) => `    ${state} --> ${to}: ${name}`),
  );
  const rows = Object.entries(moves).map(
    ([name, { from, to, why }]) =>
      `| \`${name}\` | ${from.join(", ") || "(new)"} | ${to} | ${why} |`,
  );
  return `\`\`\`mermaid
stateDiagram-v2
${[...arrows, ...last.map((state) => `    ${state} --> [*]`)].join("\n")}
\`\`\`

| move | from | to | why |
|---|---|---|---|
${rows.join("\n")}
`;
}
