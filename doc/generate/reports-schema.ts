// doc/reports.schema.json and doc/progress.schema.json, from the schemas by which messages are read.
import { z } from "zod";
import { reportsMessage } from "../../src/requests/reports/consume-reports.ts";
import { progressMessage } from "../../src/tasks/consume-progress.ts";

export function reportsSchema(): string {
  return textOf(reportsMessage);
}

export function progressSchema(): string {
  return textOf(progressMessage);
}

function textOf(message: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(message, { io: "input" }), null, 2)}\n`;
}
