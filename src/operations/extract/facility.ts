import { z } from "zod";
import type { Facility } from "../contract.ts";

const program = z.string().regex(/^[^\0]{1,4096}$/, "a program's name or its absolute path");
const file = z.string().regex(/^\/[^\0]{1,4095}$/, "the absolute path of a NetCDF file");

/** The names that the ISIMIP Files API has for them. */
export const facility = z.object({
  CDO_BIN: program
    .default("cdo")
    .describe(
      "the program `cdo` (Debian's package cdo); a name is looked for in /usr/local/bin, " +
        "/usr/bin and /bin",
    ),
  NCKS_BIN: program
    .default("ncks")
    .describe("the program `ncks` (Debian's package nco), found alike"),
  OGR2OGR_BIN: program
    .default("ogr2ogr")
    .describe("the program `ogr2ogr` (Debian's package gdal-bin), which `create_mask` needs"),
  ISIMIP_COUNTRYMASKS_FILE_PATH: file
    .optional()
    .describe("NetCDF file of country masks, `m_DEU` and others, which `mask_country` reads"),
  ISIMIP_LANDSEAMASK_FILE_PATH: file
    .optional()
    .describe("NetCDF file of a land-sea mask, which `mask_landonly` reads"),
});

export type ExtractFacility = z.infer<typeof facility>;

/** The setting that names the mask, for each operation that reads a mask of the facility. */
export const maskSettings = {
  mask_country: "ISIMIP_COUNTRYMASKS_FILE_PATH",
  mask_landonly: "ISIMIP_LANDSEAMASK_FILE_PATH",
} as const;
export type MaskSetting = (typeof maskSettings)[keyof typeof maskSettings];

export function readsMaskOfFacility(operation: string): operation is keyof typeof maskSettings {
  return Object.hasOwn(maskSettings, operation);
}

/** Also where a task comes without them: a worker has the defaults then. */
export function own(said: Facility): ExtractFacility {
  return facility.parse(said);
}
