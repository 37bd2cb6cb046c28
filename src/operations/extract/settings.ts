import { z } from "zod";
import { countries } from "./countries.ts";

const mostOperations = 4;
const longestLocation = 4096;
/** Of a file that comes with a request: nothing that a file system takes for a folder. */
export const attachmentName = /^[A-Za-z0-9_-](?:\.?[A-Za-z0-9_-]){0,99}$/;

const longitude = z.number().min(-180).max(180);
const latitude = z.number().min(-90).max(90);

const bbox = z
  .strictObject({ west: longitude, east: longitude, south: latitude, north: latitude })
  .refine(({ south, north }) => south <= north, "south must not be north of north")
  .describe("in degrees; a box whose west is greater than its east goes over the date line");
const point = z
  .strictObject({ lat: latitude, lon: longitude })
  .describe("in degrees; the nearest cell is taken");
const mean = z
  .boolean()
  .default(false)
  .describe("the mean over the cells, weighted by their areas; in the last operation alone");
const csv = z
  .boolean()
  .default(false)
  .describe("lines of date and value in the place of NetCDF; in the last operation alone");
const location = z
  .string()
  .min(1)
  .max(longestLocation)
  .refine((text) => !text.includes("\0"), "must not contain the NUL character");
const fileName = z
  .string()
  .regex(attachmentName, "must be letters, digits, -, _ and ., without a dot in front");
const attachment = z.strictObject({ attachment: fileName });
const flags = { compute_mean: mean, output_csv: csv };

const operation = z.discriminatedUnion("operation", [
  z
    .strictObject({ operation: z.literal("select_bbox"), bbox, ...flags })
    .describe("the cells of a box, by cdo"),
  z
    .strictObject({ operation: z.literal("select_point"), point, ...flags })
    .describe("the cell at a point, by cdo"),
  z
    .strictObject({ operation: z.literal("mask_bbox"), bbox, ...flags })
    .describe("the whole grid, without values outside of a box, by cdo"),
  z
    .strictObject({
      operation: z.literal("mask_mask"),
      mask: z
        .union([location, attachment, z.strictObject({ created: fileName })])
        .describe(
          "a NetCDF file on the same grid: its path or address, by the rules for inputs, or the " +
            "name of a file that came with the request, or that create_mask has made",
        ),
      var: z
        .string()
        .regex(/^\w{1,100}$/, "must be letters, digits and underscores")
        .default("m_0")
        .describe("the variable of it that is not zero, and not missing, where values are kept"),
      ...flags,
    })
    .describe("the whole grid, without values outside of a mask, by cdo"),
  z
    .strictObject({
      operation: z.literal("mask_country"),
      country: z
        .string()
        .max(5)
        .transform((code) => code.toLowerCase())
        .refine((code) => countries.includes(code.toUpperCase()), "must be a code such as deu")
        .describe("a code of the country masks, such as deu"),
      ...flags,
    })
    .describe("the whole grid, without values outside of a country, by cdo"),
  z
    .strictObject({ operation: z.literal("mask_landonly"), ...flags })
    .describe("the whole grid, without values over the sea, by cdo"),
  z
    .strictObject({
      operation: z.literal("create_mask"),
      shape: attachment.describe("a zipped shapefile, GeoJSON or GeoPackage"),
      mask: fileName.describe("what later operations call it; variables m_0, m_1, … are features"),
    })
    .describe("a mask on the file's own grid, for later operations of the chain, by ogr2ogr"),
  z
    .strictObject({ operation: z.literal("cutout_bbox"), bbox })
    .describe("the cells of a box, by ncks, which keeps format and compression"),
  z
    .strictObject({ operation: z.literal("cutout_point"), point })
    .describe("the cell at a point, by ncks, which keeps format and compression"),
]);

/** A mask is made before it is read, once, and for an operation that gives a result. */
function refuseMasks(chain: readonly z.output<typeof operation>[], check: z.RefinementCtx): void {
  const created = new Set<string>();
  const refuse = (path: (number | string)[], message: string) =>
    check.addIssue({ code: "custom", path, message });
  for (const [index, step] of chain.entries()) {
    if (step.operation === "create_mask") {
      if (created.has(step.mask)) refuse([index, "mask"], "must be another name");
      created.add(step.mask);
      if (index === chain.length - 1)
        refuse([index, "operation"], "must be followed by an operation that makes a result");
    }
    if (step.operation !== "mask_mask" || typeof step.mask === "string") continue;
    if ("created" in step.mask && !created.has(step.mask.created))
      refuse([index, "mask", "created"], "must be made by create_mask before");
  }
}

export const settings = z.strictObject({
  operations: z
    .array(operation)
    .min(1)
    .max(mostOperations)
    .superRefine((chain, check) => {
      refuseMasks(chain, check);
      for (const [index, step] of chain.slice(0, -1).entries())
        for (const flag of ["compute_mean", "output_csv"] as const)
          if (flag in step && step[flag as keyof typeof step])
            check.addIssue({
              code: "custom",
              path: [index, flag],
              message: "must be false but in the last operation",
            });
    })
    .describe("what is done to each file, one after the other"),
  zip: z
    .enum(["v1", "v2"])
    .optional()
    .describe(
      "all results in one zip besides, named as that version of the ISIMIP Files API does; " +
        "default: none is made",
    ),
});

export type ExtractSettings = z.infer<typeof settings>;
export type Extraction = ExtractSettings["operations"][number];
/** Done by a command, which makes a file of a file. */
export type ToolExtraction = Exclude<Extraction, { operation: "create_mask" }>;
export type MaskCreation = Extract<Extraction, { operation: "create_mask" }>;
export type Box = z.infer<typeof bbox>;
export type Point = z.infer<typeof point>;
