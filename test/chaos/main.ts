import { parseArgs } from "node:util";
import { cleanUp } from "../support/clean-up.ts";
import { showUsage } from "../support/usage.ts";
import { faultKinds, faultsNamed, reportWays } from "./options.ts";
import { runChaos } from "./run.ts";
import { isClean, tableOf } from "./table.ts";

showUsage(`Usage: npm run chaos -- [--faults all|NAME,...] [--seed N] [--files 20000] [--kills 20]
  [--reports ${reportWays.join("|")}] [--duplicates 20] [--lease 3] [--workers 3] [--runs 1]
  [--minutes 30] [--no-rabbitmq]

Files are processed while everything breaks, then the books are checked: doc/chaos.md.
Faults: ${faultKinds.join(", ")}.`);
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
    runs: { type: "string", default: "1" },
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
let folder: string | undefined;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const])
  process.once(signal, () => {
    if (folder) cleanUp(folder);
    process.exit(code);
  });
for (let run = 0; run < Number(values.runs); run++) {
  const seed = options.seed + run;
  const report = await runChaos({ ...options, seed }, (made) => {
    folder = made;
    say(`in ${folder}, seed ${seed}`);
  });
  process.stdout.write(tableOf(report));
  process.stdout.write(`repeat with     npm run chaos -- ${repeated(seed).join(" ")}\n`);
  const clean = isClean(report);
  process.stdout.write(clean ? "The audit is clean.\n" : "The run found violations.\n");
  if (!clean) process.exitCode = 1;
}

function repeated(seed: number): string[] {
  const { "no-rabbitmq": withoutRabbit, ...rest } = { ...values, seed: String(seed), runs: "1" };
  const given = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return withoutRabbit ? [...given, "--no-rabbitmq"] : given;
}
