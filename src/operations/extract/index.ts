import { RequestError } from "../../errors.ts";
import type { SubmitCheck, WorkerOperation } from "../contract.ts";
import { exampleNetcdf } from "./example.ts";
import { facility, maskSettings, own, readsMaskOfFacility } from "./facility.ts";
import { finishExtract } from "./finish.ts";
import { outputNamesOf } from "./output-name.ts";
import { performExtract } from "./perform.ts";
import { type ExtractSettings, settings } from "./settings.ts";
import { shapeToolOf, toolsOf } from "./tools.ts";

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
  outputs: ({ operations, zip }, { replicas }) => outputNamesOf(replicas[0] ?? "", operations, zip),
  attachments: attachmentsOf,
  facility,
  async check(chosen, at) {
    refuseWithoutMasks(chosen, at);
    refuseBeforeOthers(chosen, at);
    // A worker elsewhere that lacks them gives its files back
    if (!at.workersAreHere) return undefined;
    const tools = toolsOf(own(at.facility));
    if (typeof tools === "string") throw new RequestError(422, "no_program", tools);
    const needsShapes = chosen.operations.some(({ operation }) => operation === "create_mask");
    const shapes = needsShapes ? shapeToolOf(own(at.facility)) : undefined;
    if (typeof shapes === "string") throw new RequestError(422, "no_program", shapes);
    return undefined;
  },
  perform: performExtract,
  finish: finishExtract,
};

function attachmentsOf({ operations }: ExtractSettings): string[] {
  const names = operations.flatMap((step) => {
    if (step.operation === "create_mask") return [step.shape.attachment];
    if (step.operation !== "mask_mask" || typeof step.mask === "string") return [];
    return "attachment" in step.mask ? [step.mask.attachment] : [];
  });
  return [...new Set(names)];
}

/** A zip would be no result of the request; a mask would be read as a second result of a file. */
function refuseBeforeOthers({ operations, zip }: ExtractSettings, { next }: SubmitCheck): void {
  if (!next) return;
  const index = operations.findIndex(({ operation }) => operation === "create_mask");
  if (zip === undefined && index < 0) return;
  const what = zip === undefined ? "create_mask" : "zip";
  const pointer = zip === undefined ? `/operations/${index}/operation` : "/zip";
  const detail = `${what} is for the last step; here another step reads the results.`;
  throw new RequestError(422, "bad_settings", detail, [{ pointer, detail }]);
}

function refuseWithoutMasks({ operations }: ExtractSettings, at: SubmitCheck): void {
  const facility = own(at.facility);
  for (const [index, { operation }] of operations.entries()) {
    if (!readsMaskOfFacility(operation)) continue;
    const variable = maskSettings[operation];
    if (facility[variable] !== undefined) continue;
    const detail = `${operation} has no mask on this service: its setting ${variable} is not set.`;
    const pointer = `/operations/${index}/operation`;
    throw new RequestError(422, "bad_settings", detail, [{ pointer, detail }]);
  }
}
