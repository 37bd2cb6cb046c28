import { randomUUID } from "node:crypto";
import { type Command, Option } from "commander";
import type { Longshore } from "../../client.ts";
import { mayHaveArrived } from "../../retry.ts";
import type { RequestNow, RequestView, Submit } from "../../views.ts";
import { exits } from "../exit-codes.ts";
import { exitOfRequest, usedWrongly } from "../exits.ts";
import { follow } from "../follow.ts";
import { duration } from "../given/duration.ts";
import { withTexts } from "../given/given-texts.ts";
import { formats, type StepOptions, stepsOf } from "../given/steps.ts";
import { idempotencyKey, percent, plainText, priority, wholeNumber } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import { ending, printRequest } from "../print/describe.ts";
import { type DryRunFormat, dryRunFormats, printDryRun } from "../print/dry-run.ts";
import { clean, print, printJson, say, sayError } from "../print/print.ts";
import { sayReasons } from "../print/reasons.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";
import { downloadTo } from "./download.ts";

interface Options extends ServiceOptions, StepOptions {
  files?: string[];
  filesFrom?: string;
  sqlFile?: string;
  did?: string;
  title?: string;
  workers?: number;
  priority?: number;
  deadline?: number;
  stopAfterFailed?: number;
  idempotencyKey?: string;
  wait?: boolean;
  download?: string | true;
  dryRun?: boolean;
  output?: DryRunFormat;
  json?: boolean;
}

export function addSubmit(program: Command): void {
  withService(program.command("submit"))
    .description("submit a request: a dataset and what to do with each of its files")
    .option("--files <pattern...>", "files, patterns such as 'data/*.parquet', or URLs")
    .option(
      "--files-from <file>",
      "a list of such files, one a line; - is standard input",
      plainText(4096),
    )
    .option("--did <name>", "a dataset by name, such as dir:///data/run7", plainText(4096))
    .option(
      "--sql <select>",
      "run this SELECT over each file, as the table `input`; - is standard input",
      plainText(1024 * 1024),
    )
    .option(
      "--sql-file <file>",
      "run the SELECT in this file; - is standard input",
      plainText(4096),
    )
    .addOption(
      new Option(
        "--format <format>",
        "with --sql: format of the results (default: parquet)",
      ).choices(formats),
    )
    .option("--operation <operation>", "run this operation on each file", plainText(100))
    .option("--settings <json>", "with --operation: its settings, a JSON object")
    .option("--steps <json>", "all steps, as a JSON list")
    .option("--title <text>", "a title", plainText(500))
    .option("--workers <n>", "at most this many workers at once", wholeNumber(1, 100_000))
    .option(
      "--priority <n>",
      "above 0: before your other requests; below 0: after them (default: 0)",
      priority,
    )
    .option(
      "--deadline <time>",
      "fail files that are still open after this time: 90s, 10m, 2h, 1d, or seconds",
      duration(1, 31_622_400),
    )
    .option(
      "--stop-after-failed <percent>",
      "stop when this share of the files has failed",
      percent,
    )
    .option(
      "--idempotency-key <key>",
      "submitting again with the same key returns the same request (default: a new key)",
      idempotencyKey,
    )
    .option("--wait", "wait until the request has ended")
    .option(
      "--download [folder]",
      "wait, then download the results into this folder (default: ./<title>-<short id>)",
      plainText(4096),
    )
    .option(
      "--dry-run",
      "submit nothing: run the query on the first file, print its columns and ten rows",
    )
    .addOption(
      new Option(
        "-o, --output <format>",
        "with --dry-run: how to print it (default: table)",
      ).choices(dryRunFormats),
    )
    .action(submit);
}

async function submit(given: Options): Promise<void> {
  refuseOtherMode(given);
  const options = await withTexts(given);
  const body = await bodyOf(options);
  if (options.dryRun) return dryRun(options, body);
  await refuseUsedFolder(options);
  const client = await connect(options);
  const submitted = await submitOnce(client, body, options.idempotencyKey ?? randomUUID());
  if (!options.wait && options.download === undefined) {
    printSubmitted(options, submitted);
    return;
  }
  say(`Submitted ${submitted.id}`);
  const ended = await follow(client, submitted.id);
  say(ending(ended));
  process.exitCode = exitOfRequest(ended);
  await printEnded(options, client, ended);
  await sayReasons(client, ended);
}

function refuseOtherMode({ dryRun, wait, download, output, json }: Options): void {
  if (!dryRun && output !== undefined) throw usedWrongly("--output is only for --dry-run.");
  if (json && output !== undefined && output !== "json")
    throw usedWrongly(`Give --json or --output ${output}, not both.`);
  const later = wait ? "--wait" : download === undefined ? undefined : "--download";
  if (dryRun && later) throw usedWrongly(`--dry-run submits nothing: leave out ${later}.`);
}

async function dryRun(options: Options, body: Submit): Promise<void> {
  const client = await connect(options);
  const found = await client.dryRun(body);
  if (found.file !== null || options.json || options.output === "json")
    printDryRun(options.json ? "json" : (options.output ?? "table"), found);
  if (found.file === null) throw usedWrongly(`There is no file to try. ${found.notes[0] ?? ""}`);
}

/** Before anything is done. With a key, it may be the same request again. */
async function refuseUsedFolder({ download, idempotencyKey }: Options): Promise<void> {
  if (typeof download !== "string" || idempotencyKey !== undefined) return;
  const { otherRequest, requestIn } = await import("../../manifest.ts");
  const request = await requestIn(download);
  if (request !== undefined) throw otherRequest(download, request);
}

async function submitOnce(
  client: Longshore,
  body: Submit,
  idempotencyKey: string,
): Promise<RequestView> {
  try {
    return await client.submit(body, { idempotencyKey });
  } catch (error) {
    if (mayHaveArrived(error))
      sayError(
        "The request may have been recorded. To submit it only once, repeat the command with " +
          `--idempotency-key ${idempotencyKey}`,
      );
    throw error;
  }
}

function printSubmitted({ json }: Options, request: RequestView): void {
  if (json) printJson(request);
  else print(request.id);
  say(`Follow it with: ${thisCommand()} watch ${request.id}`);
}

async function printEnded(
  { download, json }: Options,
  client: Longshore,
  ended: RequestNow,
): Promise<void> {
  const hasResults = download !== undefined && process.exitCode !== exits.requestFailed;
  const folder = download === true ? undefined : download;
  const done = hasResults ? await downloadTo(client, ended, folder) : undefined;
  if (json) printJson({ ...ended, ...done });
  else if (done) for (const { path } of done.files) print(clean(path));
  else printRequest(ended);
}

async function bodyOf(options: Options): Promise<Submit> {
  const { title, workers, priority, deadline, stopAfterFailed } = options;
  const steps = stepsOf(options);
  return {
    dataset: await datasetOf(options),
    steps,
    ...(title === undefined ? {} : { title }),
    ...(workers === undefined ? {} : { workers }),
    ...(priority === undefined ? {} : { priority }),
    ...(deadline === undefined ? {} : { deadline_seconds: deadline }),
    ...(stopAfterFailed === undefined ? {} : { stop_after_failed_percent: stopAfterFailed }),
  };
}

async function datasetOf({ files, did, sql }: Options): Promise<Submit["dataset"]> {
  if (files !== undefined && did !== undefined)
    throw usedWrongly("Give either --files or --did: a request has one dataset.");
  if (did !== undefined) return { did };
  if (files === undefined) throw usedWrongly("No dataset: give --files or --did.");
  const { pathsOf } = await import("../given/paths.ts");
  return { files: await pathsOf(files, { mustExist: sql !== undefined }) };
}
