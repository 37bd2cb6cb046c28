import type { Command } from "commander";
import { thisCommand } from "./this-command.ts";

/** By the words of the command. Each works as it stands where a request or file like it exists. */
export const examples: Record<string, readonly string[]> = {
  "": [
    "submit --files 'doc/examples/*.parquet' --sql 'select * from input limit 5' --wait " +
      "--download out/",
  ],
  start: ["start"],
  status: ["status", "status --url http://127.0.0.1:5001 --json"],
  stop: ["stop"],
  submit: [
    "submit --files 'doc/examples/*.parquet' --sql 'select * from input limit 5' --wait",
    "submit --files 'data/*.csv' --sql 'select count(*) from input' --dry-run",
    "submit --did dir:///data/run7 --sql-file query.sql --format csv --deadline 2h",
    "submit --files 'data/*.csv' --sql 'select count(*) from input' --download out/",
  ],
  list: ["list --state running", "list -o csv > requests.csv", "list -o id --limit 5"],
  show: ["show @last", "show 12 13", "show 12 --file 3", "show 12 -o json"],
  watch: ["watch @last", "watch 12 --no-progress"],
  files: ["files @last --state failed", "files 12 --prefix /data/run7/ -o csv"],
  errors: ["errors @last", "errors 12 -o json"],
  results: ["results @last", "results 12 -o csv > results.csv"],
  redrive: ["redrive @last --wait", "redrive 12 --file 3", "redrive 12 13"],
  cancel: ["cancel @last", "cancel 12 13"],
  delete: ["delete 12", "delete 12 13 --yes"],
  download: ["download @last", "download 12 out/"],
  s3: ["s3 @last", "s3 12 --tool duckdb"],
  receipt: [
    "receipt @last > receipt.json",
    "receipt --verify receipt.json",
    "receipt 12 --verify --results out/",
  ],
  datasets: ["datasets --finder dir", "datasets show 7"],
  "datasets list": ["datasets list --finder dir", "datasets list --past -o csv"],
  "datasets show": ["datasets show 7"],
  "datasets files": ["datasets files 7", "datasets files 7 -o csv > files.csv"],
  "datasets delete": ["datasets delete 7"],
  operations: ["operations", "operations transform", "operations transform -o json"],
  limits: ["limits", "limits set transform --slots 100"],
  "limits show": ["limits show -o csv"],
  "limits set": ["limits set transform --slots 100 --per-user 20", "limits set transform"],
  "limits share": ["limits share ann 2"],
  login: ["login", "login --url https://longshore.example --profile facility", "login --paste"],
  logout: ["logout", "logout --profile facility"],
  token: ["token", "token create laptop", "token revoke laptop"],
  "token list": ["token list -o csv"],
  "token create": ["token create laptop", "token create nightly --scopes read --days 90"],
  "token revoke": ["token revoke laptop"],
  key: ["key", "key revoke gcs"],
  "key list": ["key list -o csv"],
  "key create": [
    "key create gcs --facade tape --owner 7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11 " +
      "--roots /gpfs/archive --files 100000",
    "key create rucio-finder --peer --days 365",
  ],
  "key revoke": ["key revoke gcs"],
  user: ["user --state pending", "user create 'Ann Jones' --admin --token"],
  "user list": ["user list --state pending", "user list -o csv > people.csv"],
  "user approve": ["user approve 12", "user approve 12 13"],
  "user reject": ["user reject 12"],
  "user suspend": ["user suspend 12"],
  "user restore": ["user restore 12"],
  "user create": [
    "user create 'Ann Jones' --email ann@uni.example --admin --token",
    "user create nightly --token --scopes submit",
    "user create --from users.json",
  ],
  worker: [
    "worker --operations transform --concurrency 4",
    "worker --request @last",
    "worker --reports queue",
  ],
  agent: ["agent --operations stage"],
  group: ["group", "group create Calibration", "group members add Calibration ann@uni.example"],
  "group list": ["group list -o csv"],
  "group show": ["group show Calibration", "group show Calibration --json"],
  "group create": ["group create Calibration"],
  "group delete": ["group delete Calibration"],
  "group members": ["group members list Calibration"],
  "group members list": ["group members list Calibration -o csv"],
  "group members add": ["group members add Calibration 12 ann@uni.example"],
  "group members remove": ["group members remove Calibration 12"],
  "group bind": [
    "group bind Calibration root /data/calibration",
    "group bind Calibration host data.example.org",
    "group bind Calibration dataset 'rucio://cms:*'",
  ],
  "group unbind": ["group unbind Calibration root /data/calibration"],
  "worker token": ["worker token", "worker token --operations transform --hours 72"],
  audit: ["audit", "audit --json"],
  db: ["db url"],
  "db url": ["db url"],
  migrate: ["migrate", "migrate --wait"],
  import: ["import", "import --as test-facility --json > import.json"],
  completion: ["completion bash"],
};

/** Adds them to the help of a program and each of its commands. */
export function withExamples(command: Command, name = ""): void {
  const lines = examples[name];
  if (lines) command.addHelpText("after", () => textOf(lines));
  for (const below of command.commands) withExamples(below, `${name} ${below.name()}`.trim());
}

function textOf(lines: readonly string[]): string {
  const title = lines.length === 1 ? "Example:" : "Examples:";
  return ["", title, ...lines.map((line) => `  ${thisCommand()} ${line}`)].join("\n");
}
