// The part of doc/settings.md that comes from the operations' own variables.
import { z } from "zod";
import type { FacilitySource } from "../../src/settings/facility.ts";

const [begin, end] = [
  "<!-- begin: made from the operations by npm run generate -->\n",
  "<!-- end -->",
];

/** The page with that part made again. */
export function withOperationSettings(page: string, operations: readonly FacilitySource[]): string {
  const [before, rest = ""] = page.split(begin);
  return `${before}${begin}${tableOf(operations)}${rest.slice(rest.indexOf(end))}`;
}

function tableOf(operations: readonly FacilitySource[]): string {
  const rows = operations.flatMap(({ name, facility }) =>
    Object.entries(facility?.shape ?? {}).map(([variable, schema]) => {
      const description = z.globalRegistry.get(schema as z.ZodType)?.description ?? "";
      return `| \`${variable}\` | ${defaultOf(schema as z.ZodType)} | ${description} (${name}) |\n`;
    }),
  );
  if (rows.length === 0) return "\nNo operation has settings of its own yet.\n\n";
  return `\n| name | default | meaning |\n| ---- | ------- | ------- |\n${rows.join("")}\n`;
}

function defaultOf(schema: z.ZodType): string {
  const { data, success } = schema.safeParse(undefined);
  if (!success) return "none: it is required";
  return data === undefined ? "unset" : `\`${JSON.stringify(data)}\``;
}
