import type { Deps } from "../../deps.ts";
import type { RequestFacts } from "./advance-store.ts";
import { differences } from "./differences.ts";
import { differingSchemas, type StoredWarning, storeWarnings } from "./warnings-store.ts";

const longestMessage = 2_000;

type About = Pick<
  RequestFacts,
  "id" | "datasetClosed" | "datasetFiles" | "datasetReason" | "datasetIncomplete"
>;

/** Computes a request's warnings and stores them, so that reading the request is cheap. */
export async function noteWarnings(ctx: Deps<"db">, request: About): Promise<void> {
  const warnings = [
    ...aboutDataset(request),
    ...differences(await differingSchemas(ctx.db.query, request.id)),
  ].map((warning) => ({ ...warning, message: warning.message.slice(0, longestMessage) }));
  if (warnings.length > 0) await storeWarnings(ctx.db.query, request.id, warnings);
}

function aboutDataset(request: About): StoredWarning[] {
  const { datasetClosed, datasetFiles, datasetReason, datasetIncomplete } = request;
  if (!datasetClosed) return [];
  const about = { subject: "", count: 0, files: [] };
  if (datasetIncomplete)
    return [
      {
        code: "incomplete_dataset",
        message: datasetReason ?? "The dataset has more files.",
        ...about,
      },
    ];
  if (datasetFiles > 0)
    return datasetReason ? [{ code: "left_out", message: datasetReason, ...about }] : [];
  return [{ code: "no_files", message: datasetReason ?? "The dataset has no files.", ...about }];
}
