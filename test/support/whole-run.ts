import type { Slice } from "../../src/requests/advance/advance-queue.ts";

/** Of `advance`, outside the queue: everything at once. */
export const wholeRun: Slice = { long: true, removal: true, isOver: () => false };
