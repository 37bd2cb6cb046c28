import { z } from "zod";

export const requestParams = z.object({
  id: z
    .uuid()
    .meta({ description: "The request's id.", example: "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11" }),
});

export const fileParams = requestParams.extend({
  file: wholeNumber(Number.MAX_SAFE_INTEGER, 0).meta({
    description: "The file's id.",
    override: { type: "integer" },
    example: 42,
  }),
});

export const datasetParams = z.object({
  dataset: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .meta({ description: "The dataset's id." }),
});

/** A whole number written in a URL. */
export function wholeNumber(most: number, least = 1) {
  return z
    .string()
    .regex(/^\d{1,16}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().int().min(least).max(most));
}

export const cursor = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .meta({ description: "The `next` of the previous page." });

export function limit(most: number, usual: number) {
  return wholeNumber(most)
    .default(usual)
    .meta({
      description: `Page size (default ${usual}, maximum ${most}).`,
      override: { type: "integer", minimum: 1, maximum: most, default: usual },
    });
}
