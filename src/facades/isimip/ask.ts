// What a POST asks, of either version; in the order in which the API looks at it.
import type { IsimipConfig } from "../../settings/isimip.ts";
import { checkOperations } from "./check-operations.ts";
import { checkPaths, type FileVersion } from "./check-paths.ts";
import { checkTask } from "./check-task.ts";
import { checkUploads } from "./check-uploads.ts";
import { BadJobError, type ErrorsByKey, texts } from "./errors.ts";
import { isNothing, isObject, type Question, type Upload, type Version } from "./question.ts";

export interface Asked {
  question: Question;
  /** of each path */
  versions: FileVersion[];
}

interface Sent {
  data: unknown;
  uploads: readonly Upload[];
}

/** Throws `BadJobError`. */
export async function questionOf(
  { data, uploads }: Sent,
  version: Version,
  config: IsimipConfig,
): Promise<Asked> {
  const said = (text: string) => new BadJobError({ data: version === "v1" ? text : [text] });
  if (isNothing(data)) throw said(texts.noData);
  if (!isObject(data)) throw said(texts.malformed);
  return version === "v1" ? checkV1(data, config) : checkV2(data, uploads, config);
}

async function checkV1(data: Record<string, unknown>, config: IsimipConfig): Promise<Asked> {
  const errors: ErrorsByKey = {};
  const checked = await checkPaths(data.paths, { ...config, version: "v1" });
  if (checked.errors.length > 0) errors.paths = checked.errors;
  const operation = checkTask(data, errors);
  if (Object.keys(errors).length > 0) throw new BadJobError(errors);
  const { paths, versions } = checked;
  return {
    question: { version: "v1", paths, operations: [operation], uploads: [], notes: [] },
    versions,
  };
}

async function checkV2(
  data: Record<string, unknown>,
  sent: readonly Upload[],
  config: IsimipConfig,
): Promise<Asked> {
  const errors: ErrorsByKey = {};
  const checked = await checkPaths(data.paths, { ...config, version: "v2" });
  if (checked.errors.length > 0) errors.paths = checked.errors;
  const chain = checkOperations(data.operations, config);
  if (chain.errors.length > 0) errors.operations = chain.errors;
  if (Object.keys(errors).length > 0) throw new BadJobError(errors);
  const { operations, uploads } = checkUploads(chain.operations, sent);
  const { paths, versions } = checked;
  return {
    question: { version: "v2", paths, operations, uploads, notes: chain.notes },
    versions,
  };
}
