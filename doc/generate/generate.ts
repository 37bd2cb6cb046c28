// Writes every page and file that is made from the code.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withNewSums } from "../../prisma/migration-sums.ts";
import { allOperations } from "../../src/operations/index.ts";
import { withSettingNames } from "./chart-settings.ts";
import { clientTypes } from "./client-types.ts";
import { withExitCodes } from "./exit-codes.ts";
import { withOperationSettings } from "./operation-settings.ts";
import { progressSchema, reportsSchema } from "./reports-schema.ts";
import { withServicexKeys } from "./servicex-keys.ts";
import { withMeasured } from "./sizing.ts";
import { statesPage } from "./states.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const settingsPage = `${root}doc/settings.md`;

const commandLinePage = `${root}doc/command-line.md`;

const servicexPage = `${root}doc/servicex-settings.md`;

writeFileSync(servicexPage, withServicexKeys(readFileSync(servicexPage, "utf8")));
writeFileSync(commandLinePage, withExitCodes(readFileSync(commandLinePage, "utf8")));
writeFileSync(`${root}doc/states.md`, statesPage());
const sizingPage = `${root}doc/sizing.md`;
const performance = readFileSync(`${root}doc/performance.md`, "utf8");
writeFileSync(sizingPage, withMeasured(readFileSync(sizingPage, "utf8"), performance));
writeFileSync(
  settingsPage,
  withOperationSettings(readFileSync(settingsPage, "utf8"), allOperations),
);
writeFileSync(`${root}doc/reports.schema.json`, reportsSchema());
writeFileSync(`${root}doc/progress.schema.json`, progressSchema());
const valuesSchema = `${root}helm/values.schema.json`;
writeFileSync(valuesSchema, withSettingNames(readFileSync(valuesSchema, "utf8")));
writeFileSync(`${root}prisma/migrations.sha256`, withNewSums(`${root}prisma`));
writeFileSync(`${root}src/client/api-types.ts`, await clientTypes());
