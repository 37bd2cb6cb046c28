// The list of operations: a new one is a folder and a line here.
import type { Operation } from "./contract.ts";
import { extract } from "./extract/index.ts";
import { noop } from "./noop/index.ts";
import { stage } from "./stage/index.ts";
import { transform } from "./transform/index.ts";

export const allOperations: readonly Operation[] = [transform, stage, extract, noop];
