import type { Row } from "../row.ts";
import { byQueue } from "./by-queue.ts";
import { completion } from "./completion.ts";
import { fairness } from "./fairness/index.ts";
import { folderObjects } from "./folder-objects.ts";
import { heavyRow } from "./heavy-bodies.ts";
import { idle } from "./idle.ts";
import { longListsRow } from "./long-lists.ts";
import { million } from "./million.ts";
import { registration } from "./registration.ts";
import { httpBatched, httpSingle } from "./reports.ts";
import { simulatedWorkers } from "./simulated-workers.ts";

/** In the order of the page. */
export const rows: Row[] = [
  httpSingle,
  httpBatched,
  byQueue,
  folderObjects,
  registration,
  simulatedWorkers,
  completion,
  million,
  heavyRow,
  longListsRow,
  ...fairness,
  idle,
];
