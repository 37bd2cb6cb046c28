// What finders and workers of ServiceX call, of both generations; they carry no identity.
import type { Endpoint } from "../../endpoint.ts";
import { filesComplete } from "./dataset-complete.ts";
import { lookupError } from "./dataset-error.ts";
import { filesFound } from "./dataset-files.ts";
import { fileCompleteByToken, fileCompletePlain } from "./file-complete.ts";
import { fileStatusByToken, fileStatusPlain } from "./file-status.ts";
import { requestStatus } from "./request-status.ts";
import { start } from "./start.ts";

export const internalEndpoints: Endpoint[] = [
  filesFound,
  filesComplete,
  lookupError,
  start,
  requestStatus,
  fileStatusPlain,
  fileStatusByToken,
  fileCompletePlain,
  fileCompleteByToken,
];
