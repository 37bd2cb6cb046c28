// npm run chaos -- --seed N --files 200000 --kills 100 [--no-rabbitmq]
import { parseArgs } from "node:util";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { runChaos } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    files: { type: "string", default: "20000" },
    kills: { type: "string", default: "20" },
    minutes: { type: "string", default: "30" },
    "no-rabbitmq": { type: "boolean", default: false },
  },
});
const [seed, files, kills, minutes] = [values.seed, values.files, values.kills, values.minutes].map(
  Number,
) as [number, number, number, number];
const rabbit = values["no-rabbitmq"] ? undefined : await makeRabbit();
await rabbit?.start();
try {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const report = await runChaos({ seed, files, kills, timeoutSeconds: minutes * 60, rabbit, say });
  const rows = Object.entries(report).map(([name, value]) => [
    name,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  for (const [name, value] of rows) process.stdout.write(`${name?.padEnd(14)} ${value}\n`);
  process.stdout.write(
    `repeat with     npm run chaos -- --seed ${seed} --files ${files} --kills ` +
      `${kills}${rabbit ? "" : " --no-rabbitmq"}\n`,
  );
  const clean = report.violations.length === 0 && report.lost.length === 0;
  process.stdout.write(clean ? "The audit is clean.\n" : "The audit found violations.\n");
  process.exitCode = clean ? 0 : 1;
} finally {
  await rabbit?.remove();
}
