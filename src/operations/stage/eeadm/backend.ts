// IBM Spectrum Archive by its command `eeadm`, on the host where this runs. It has no pins: a
// file is asked for right before it is given to the next step.
import type { TapeAnswer, TapeBackend } from "../backend.ts";
import { locate } from "../located.ts";
import { pollEach } from "../poll-each.ts";
import { advance, oneByOne } from "./advance.ts";
import { cancelRecall } from "./cancel.ts";
import { placeOf } from "./decide.ts";
import { type FoundState, fileStates } from "./file-states.ts";
import * as journal from "./journal.ts";

export const eeadm: TapeBackend = {
  seesFiles: true,
  start: advance,
  poll: (tasks, context) => pollEach(tasks, context, advance),
  async abort(task, _, { facility }) {
    const { byPath } = await locate(await task.files(), facility.STAGE_ROOTS);
    await oneByOne(async () => {
      for (const recall of await journal.readRecalls(facility.STAGE_FOLDER, task.id)) {
        if (typeof (await journal.stateOf(recall)) === "object") continue;
        const waiting = await journal.tasksWaiting(recall);
        const isNeeded = [...byPath.keys()].some((path) => recall.paths.has(path));
        if (!waiting.includes(task.id) || isNeeded) continue;
        await journal.markWaiting(recall, task.id, false);
        if (waiting.length === 1) await cancelRecall(facility, recall);
      }
    });
  },
  release: async () => undefined,
  async ask(paths, facility, signal) {
    const states = await fileStates(facility, paths, signal);
    return new Map([...states].map(([path, state]) => [path, answerOf(state)]));
  },
};

function answerOf(found: FoundState): TapeAnswer {
  if (found === "missing") return { is: "missing" };
  if ("unknown" in found) return { is: "silent", why: found.unknown };
  return { is: placeOf(found.state), ...found };
}
