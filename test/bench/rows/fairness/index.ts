import type { Row } from "../../row.ts";
import { besideLarge } from "./beside-large.ts";
import { deletion } from "./deletion.ts";
import { frozenLeader } from "./frozen-leader.ts";
import { lockedRow } from "./locked-row.ts";
import { manyRequests } from "./many-requests.ts";
import { nothingToDo } from "./nothing-to-do.ts";
import { slowAfterQuick } from "./slow-after-quick.ts";
import { starvation } from "./starvation.ts";

/** What somebody waits for because of others; memory for long lists is in ../long-lists.ts. */
export const fairness: Row[] = [
  slowAfterQuick,
  starvation,
  manyRequests,
  besideLarge,
  lockedRow,
  frozenLeader,
  deletion,
  nothingToDo,
];
