import { RequestError, UnavailableError } from "../../errors.ts";
import type { TapeSystem } from "../tape/tape.ts";
import type { KeyLimits } from "./admit.ts";

/** A path as it was asked for, and what it is for the tape system. */
export type Looked =
  | { path: string; is: "file"; real: string; bytes: number | undefined }
  /** the tape system knows whether it is missing */
  | { path: string; is: "missing"; mapped: string }
  /** it may not be recalled, or cannot be */
  | { path: string; is: "refused"; why: string };

/** Reads no data. Throws 503 where the file system of the files does not answer as it should. */
export async function lookAt(
  system: TapeSystem,
  limits: KeyLimits | undefined,
  path: string,
): Promise<Looked> {
  try {
    const { path: real, bytes } = await system.fileOf({ roots: limits?.roots }, path);
    return { path, is: "file", real, bytes };
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    if (!(error instanceof RequestError)) throw cannotLook(error as NodeJS.ErrnoException);
    if (error.status === 404) return { path, is: "missing", mapped: system.mapped(path) };
    return { path, is: "refused", why: error.message };
  }
}

function cannotLook({ code = "an unknown error" }: NodeJS.ErrnoException): UnavailableError {
  return new UnavailableError(`The file system of the files answers with ${code}; try later.`, 30);
}
