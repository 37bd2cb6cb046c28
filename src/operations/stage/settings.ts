import { z } from "zod";
import * as value from "../../settings/values.ts";

/** The name of a tape library: it becomes an argument, so it cannot begin with a dash. */
export const libraryName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export const settings = z.strictObject({
  library: z
    .string()
    .regex(libraryName, "The name of a library has letters, digits, _, . and - (64 at most).")
    .optional()
    .describe("the tape library to recall from; default: that of a file's first copy on tape"),
});
export type StageSettings = z.infer<typeof settings>;

export const backends = ["none", "eeadm", "tape-rest"] as const;

const absolutePath = value.matching(/^\/[^\p{Cc}]+$/u, "an absolute path");

export const facility = z.object({
  STAGE_BACKEND: value
    .oneOf(backends)
    .default("none")
    .describe("what recalls files from tape; with `none` the operation is not offered"),
  STAGE_ROOTS: value.absoluteFolders
    .default([])
    .describe("folders whose files may be recalled, separated by `:`"),
  STAGE_FOLDER: absolutePath
    .default("/var/lib/longshore/stage")
    .describe("where recalls are recorded on the tape host; keep it over restarts"),
  STAGE_BATCH_FILES: value
    .wholeNumber(1, 10_000)
    .default(1000)
    .describe("most files that are gathered for a recall"),
  STAGE_BATCH_SECONDS: value
    .number(0, 86_400)
    .default(30)
    .describe("longest wait for so many files"),
  STAGE_ACTIVE_RECALLS: value
    .wholeNumber(1, 1000)
    .default(2)
    .describe("most recalls of a library at once"),
  STAGE_POLL_SECONDS: value
    .number(0.05, 3600)
    .default(10)
    .describe("pause before the state of files is asked for again"),
  STAGE_RECALL_SECONDS: value
    .number(1, 2_592_000)
    .default(172_800)
    .describe("longest time of one recall; then it is canceled and its files are tried again"),
  EEADM_BIN: absolutePath
    .default("/opt/ibm/ltfsee/bin/eeadm")
    .describe("the program `eeadm` of IBM Spectrum Archive"),
  EEADM_SECONDS: value
    .number(0.1, 3600)
    .default(60)
    .describe("longest time of a call of `eeadm`, a recall excepted"),
  TAPE_REST_URL: value.httpUrl
    .optional()
    .describe("the endpoint of the tape system; without a path, the host that names it"),
  TAPE_REST_TOKEN_FILE: absolutePath
    .optional()
    .describe("file with the bearer token for it, read at each call"),
  TAPE_REST_SECONDS: value.number(0.1, 3600).default(60).describe("longest time of such a call"),
  TAPE_REST_LIFETIME_SECONDS: value
    .wholeNumber(60, 31_536_000)
    .default(86_400)
    .describe("how long files are to stay on disk, if they are not released before"),
  TAPE_REST_DATA_URL: value.httpUrl
    .optional()
    .describe(
      "where the next step reads files, with their paths appended; default: at their paths",
    ),
});
export type StageFacility = z.infer<typeof facility>;
