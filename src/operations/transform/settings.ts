import { z } from "zod";
import { type GeneratorName, generatorNames } from "./generator.ts";
import { decimalChoices, type Format, formats } from "./job.ts";
import { readSettings } from "./read-settings.ts";

const longestSelection = 1024 * 1024;

/** What transformers of others write, and where they leave it. */
export const outsideFormats = ["parquet", "root-file", "root-rntuple", "arrow"] as const;
export const destinations = ["object-store", "volume"] as const;
const allFormats = [...new Set([...formats, ...outsideFormats])] as const;

const shape = z.strictObject({
  generator: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "must be the name of a generator")
    .default("sql")
    .describe("what interprets the selection: `sql`, or a code generator of this facility"),
  selection: z
    .string()
    .min(1)
    .max(longestSelection)
    .refine((text) => !text.includes("\0"), "must not contain the NUL character")
    .describe("for `sql`: one SELECT statement over the table `input`, which is the file"),
  format: z
    .enum(allFormats)
    .default("parquet")
    .describe(
      `what the result is written as; \`sql\`: ${formats.join(", ")}; ` +
        `code generators: ${outsideFormats.join(", ")}`,
    ),
  decimals: z
    .enum(decimalChoices)
    .default("keep")
    .describe("double: DECIMAL columns are written as DOUBLE; more than 15 digits then fail"),
  read: readSettings.optional(),
  image: z
    .string()
    .regex(/^[\w./:@-]{1,255}$/, "must be the name of an image")
    .optional()
    .describe("of a code generator's transformer, in place of the one that the generator names"),
  destination: z
    .enum(destinations)
    .optional()
    .describe("of a code generator's transformer: where it leaves results; default: object-store"),
});

type Shape = z.infer<typeof shape>;

export const settings = shape.superRefine((given, check) => {
  const { wrong } = isBuiltIn(given) ? wrongBuiltIn(given) : wrongOutside(given);
  for (const [key, message] of wrong)
    check.addIssue({ code: "custom", path: [key], message: `must ${message}` });
});

export type TransformSettings = Shape;

/** Performed by our own workers. */
export type BuiltInSettings = Shape & { generator: GeneratorName; format: Format };
export type OutsideSettings = Shape & { format: (typeof outsideFormats)[number] };

export function isBuiltIn(given: TransformSettings): given is BuiltInSettings {
  return generatorNames.some((name) => name === given.generator);
}

/** What the schema has checked. */
export function isOutside(given: TransformSettings): given is OutsideSettings {
  return !isBuiltIn(given) && outsideFormats.some((format) => format === given.format);
}

type Wrong = { wrong: [key: string, message: string][] };

function wrongBuiltIn({ generator, format, image, destination }: Shape): Wrong {
  const wrong: Wrong["wrong"] = [];
  if (!formats.some((one) => one === format))
    wrong.push(["format", `be one of ${formats.join(", ")} for the generator ${generator}`]);
  if (image !== undefined)
    wrong.push(["image", `be left out for the generator ${generator}, which needs none`]);
  if (destination === "volume")
    wrong.push(["destination", `be object-store for the generator ${generator}`]);
  return { wrong };
}

function wrongOutside({ generator, format, decimals, read }: Shape): Wrong {
  const wrong: Wrong["wrong"] = [];
  if (!outsideFormats.some((one) => one === format))
    wrong.push(["format", `be one of ${outsideFormats.join(", ")} for the generator ${generator}`]);
  if (decimals !== "keep")
    wrong.push(["decimals", `be left out for the generator ${generator}: it is of sql alone`]);
  if (read !== undefined)
    wrong.push(["read", `be left out for the generator ${generator}: it is of sql alone`]);
  return { wrong };
}
