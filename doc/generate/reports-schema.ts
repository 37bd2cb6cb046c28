// doc/reports.schema.json, from the schema by which messages are read.
import { z } from "zod";
import { reportsMessage } from "../../src/requests/reports/consume-reports.ts";

export function reportsSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(reportsMessage, { io: "input" }), null, 2)}\n`;
}
