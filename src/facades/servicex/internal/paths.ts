import { finderCallsPath } from "../../../datasets/ask-finders.ts";

/**
 * The shapes travel in messages to finders and workers, which append to them: they stay as they
 * are.
 */
export const plainPath = finderCallsPath;
export const tokenPath = "/servicex/internal/w/:token/transformation";

/** What a worker is told about a report that changes nothing, in ServiceX's words. */
export const supersededReport = "Ignoring duplicate result report";
