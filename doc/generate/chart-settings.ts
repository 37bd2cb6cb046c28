import { settingNames } from "../../src/config.ts";
import { allOperations } from "../../src/operations/index.ts";
import { facilityNames } from "../../src/settings/facility.ts";

interface NamesSchema {
  $defs: { settingName: { enum: string[] }; anySettingName: { enum: string[] } };
}

/** Where these are given, they contain a secret: values of the chart reference them alone. */
const secrets =
  /^(DATABASE_URL|STORE_URL|SIGNUP_WEBHOOK_URL|RABBIT_MANAGEMENT_URL|.*QUEUE_URL|.*RABBIT_MQ_URL|.*(SECRET|_KEY))$/;

/** An ingress does it there: the probes of pods, and calls between them, are plain. */
const notOfCharts = ["TLS_CERT", "TLS_KEY"];

/** The schema of the chart's values, with the names of all settings. */
export function withSettingNames(schema: string): string {
  const read = JSON.parse(schema) as NamesSchema;
  const all = [...settingNames, ...facilityNames(allOperations, settingNames)]
    .filter((name) => !notOfCharts.includes(name))
    .toSorted();
  read.$defs.settingName.enum = all.filter((name) => !secrets.test(name));
  read.$defs.anySettingName.enum = all;
  return `${JSON.stringify(read, undefined, 2)}\n`;
}
