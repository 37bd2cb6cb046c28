// npm run chaos -- --faults all --seed N --files 20000 --kills 20 --reports both
import { parseArgs } from "node:util";
import { cleanUp } from "./clean-up.ts";
import { faultsNamed, reportWays } from "./options.ts";
import { runChaos } from "./run.ts";
import { isClean, tableOf } from "./table.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    faults: { type: "string", default: "kill" },
    files: { type: "string", default: "20000" },
    kills: { type: "string", default: "20" },
    reports: { type: "string", default: "http" },
    duplicates: { type: "string", default: "20" },
    lease: { type: "string", default: "3" },
    workers: { type: "string", default: "3" },
    minutes: { type: "string", default: "30" },
    "no-rabbitmq": { type: "boolean", default: false },
  },
});
const reports = reportWays.find((way) => way === values.reports);
if (!reports)
  throw new Error(`--reports: ${values.reports} is not one of ${reportWays.join(", ")}.`);
const say = (line: string) => process.stderr.write(`${line}\n`);
const options = {
  seed: Number(values.seed),
  files: Number(values.files),
  kills: Number(values.kills),
  faults: faultsNamed(values.faults),
  reports,
  duplicates: Number(values.duplicates),
  leaseSeconds: Number(values.lease),
  workers: Number(values.workers),
  rabbitmq: !values["no-rabbitmq"],
  timeoutSeconds: Number(values.minutes) * 60,
  say,
};
const report = await runChaos(options, (folder) => {
  say(`in ${folder}, seed ${options.seed}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      cleanUp(folder);
      process.exit(signal === "SIGINT" ? 130 : 143);
    });
});
process.stdout.write(tableOf(report));
process.stdout.write(`repeat with     npm run chaos -- ${repeated().join(" ")}\n`);
process.stdout.write(isClean(report) ? "The audit is clean.\n" : "The run found violations.\n");
process.exitCode = isClean(report) ? 0 : 1;

function repeated(): string[] {
  const { "no-rabbitmq": withoutRabbit, ...rest } = { ...values, seed: String(options.seed) };
  const given = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return withoutRabbit ? [...given, "--no-rabbitmq"] : given;
}
