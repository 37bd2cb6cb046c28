// doc/performance.md: the table, the machine, the raw figures, and how to repeat it.
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { isMet, type Measured, type Row } from "./row.ts";

export interface Run {
  command: string;
  quick: boolean;
  postgres: string;
  rows: { row: Pick<Row, "name" | "about" | "limits">; measured: Measured[]; profile?: string[] }[];
}

export function performancePage({ command, quick, postgres, rows }: Run): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const table = rows.flatMap(({ measured }) => measured.map(lineOf));
  return `# Performance

Written by \`npm run bench\`. Service, Postgres and load generator share the machine; each row begins with a fresh database, without statistics.
Rates of files are compared with what bare Postgres records right before and after the row, and each row says the load average and who used the cores: on a busy machine these say more than the rate.

- machine: ${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${memory} GiB, Node ${process.version}, ${postgres}
- commit: ${execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()}
- command: \`${command}\`${quick ? " (fewer files; limits in seconds scaled with them)" : ""}

| what | measured | must | of bare Postgres | |
| --- | --- | --- | --- | --- |
${table.join("\n")}

## How it is measured, and the raw figures
${rows.map(sectionOf).join("\n")}`;
}

function lineOf(one: Measured): string {
  const verdict = one.must ? (isMet(one) ? "reached" : "**missed**") : "";
  const ratio =
    one.toBare === undefined || Number.isNaN(one.toBare)
      ? ""
      : `${(one.toBare * 100).toFixed(0)} %`;
  return (
    "| " +
    `${[one.what, `${shown(one.value)} ${one.unit}`, limitOf(one), ratio, verdict].join(" | ")} ` +
    "|"
  );
}

function limitOf({ must, unit }: Measured): string {
  if (!must) return "";
  return "atLeast" in must ? `≥ ${shown(must.atLeast)} ${unit}` : `≤ ${shown(must.atMost)} ${unit}`;
}

function sectionOf({ row, measured, profile }: Run["rows"][number]): string {
  const figures = measured.map(({ what, details = {} }) => {
    const pairs = Object.entries(details).map(([name, value]) => `${name} ${value}`);
    return `- ${what}: ${pairs.join(", ") || "—"}`;
  });
  const missed = measured.some((one) => !isMet(one));
  const why = missed && row.limits ? `\nWhat limits it: ${row.limits}\n` : "";
  const limits = profile
    ? `\nWhere the service's time goes:\n\n${profile.map((line) => `    ${line}`).join("\n")}\n`
    : "";
  return `
### ${row.name}

${row.about}

${figures.join("\n")}
${why}${limits}`;
}

function shown(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : Number(value.toFixed(2)).toString();
}
