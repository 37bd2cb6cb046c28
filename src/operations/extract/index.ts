import { RequestError } from "../../errors.ts";
import type { SubmitCheck, WorkerOperation } from "../contract.ts";
import { exampleNetcdf } from "./example.ts";
import { facility, own } from "./facility.ts";
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
  outputs: (chosen, { replicas }) => [outputNameOf(replicas[0] ?? "", chosen.operations)],
  facility,
  async check(chosen, at) {
    refuseWithoutMasks(chosen, at);
    // A worker elsewhere that lacks them gives its files back
    if (!at.workersAreHere) return undefined;
    const tools = toolsOf(own(at.facility));
    if (typeof tools === "string") throw new RequestError(422, "no_program", tools);
    return undefined;
  },
  perform: performExtract,
};

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
