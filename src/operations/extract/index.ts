import { RequestError } from "../../errors.ts";
import type { SubmitCheck, WorkerOperation } from "../contract.ts";
import { exampleNetcdf } from "./example.ts";
import { facility, own } from "./facility.ts";
import { finishExtract } from "./finish.ts";
import { outputNameOf } from "./output-name.ts";
import { performExtract } from "./perform.ts";
import { type ExtractSettings, settings } from "./settings.ts";
import { toolsOf } from "./tools.ts";

export const extract: WorkerOperation<ExtractSettings> = {
  name: "extract",
  runsIn: "worker",
  opensFiles: () => true,
  summary: "Cuts boxes, points, masks and countries out of NetCDF files, with cdo and ncks.",
  settings,
  example: {
    settings: {
      operations: [{ operation: "select_bbox", bbox: { west: 15, east: 35, south: 5, north: 25 } }],
    },
    file: { name: "example_global_daily.nc", content: exampleNetcdf },
  },
  outputs: ({ operations, zip }, { replicas }) => [
    outputNameOf(replicas[0] ?? "", operations, zip),
  ],
  attachments: attachmentsOf,
  facility,
  async check(chosen, at) {
    refuseWithoutMasks(chosen, at);
    refuseEarlyZip(chosen, at);
    // A worker elsewhere that lacks them gives its files back
    if (!at.workersAreHere) return undefined;
    const tools = toolsOf(own(at.facility));
    if (typeof tools === "string") throw new RequestError(422, "no_program", tools);
    return undefined;
  },
  perform: performExtract,
  finish: finishExtract,
};

function attachmentsOf({ operations }: ExtractSettings): string[] {
  const names = operations.flatMap((step) =>
    step.operation === "mask_mask" && typeof step.mask === "object" ? [step.mask.attachment] : [],
  );
  return [...new Set(names)];
}

/** It would be no result of the request, which are those of its last step. */
function refuseEarlyZip({ zip }: ExtractSettings, { next }: SubmitCheck): void {
  if (zip === undefined || !next) return;
  const detail = "zip is for the last step; here another step reads the results.";
  throw new RequestError(422, "bad_settings", detail, [{ pointer: "/zip", detail }]);
}

function refuseWithoutMasks({ operations }: ExtractSettings, at: SubmitCheck): void {
  const facility = own(at.facility);
  for (const [index, { operation }] of operations.entries()) {
    const variable =
      operation === "mask_country"
        ? "ISIMIP_COUNTRYMASKS_FILE_PATH"
        : operation === "mask_landonly"
          ? "ISIMIP_LANDSEAMASK_FILE_PATH"
          : undefined;
    if (variable === undefined || facility[variable] !== undefined) continue;
    const detail = `${operation} has no mask on this service: its setting ${variable} is not set.`;
    const pointer = `/operations/${index}/operation`;
    throw new RequestError(422, "bad_settings", detail, [{ pointer, detail }]);
  }
}
