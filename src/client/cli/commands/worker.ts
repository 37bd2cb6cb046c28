import { hostname } from "node:os";
import type { Command } from "commander";
import { keepFilesPrivate } from "../../../data-folder.ts";
import type { ReportsBy } from "../../../settings/client.ts";
import { endWithStatus, usedWrongly } from "../exits.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { operationNames, plainText, wholeNumber } from "../given/values.ts";
import { say } from "../print/print.ts";
import { isByQueue, reportsOption } from "../reports-way.ts";
import { findService, type ServiceOptions, withAddress } from "../service.ts";
import { addWorkerToken } from "./worker-token.ts";

interface Options extends ServiceOptions {
  token?: string;
  operations?: string[];
  name?: string;
  request?: string;
  concurrency: number;
  reports?: ReportsBy;
}

export function addWorker(program: Command): void {
  const worker = withAddress(program.command("worker"))
    .description(
      "run a worker here: claim tasks, perform them, report; Ctrl-C gives back its tasks",
    )
    .option(
      "--token <token>",
      "the worker's token, where the service wants one (better: LONGSHORE_TOKEN, which no " +
        "process list shows)",
    )
    .option(
      "--operations <operations>",
      "which operations, separated by commas (default: those the service offers by default)",
      operationNames,
    )
    .option(
      "--name <name>",
      "name of the worker, unique (default: host and process id)",
      plainText(200),
    )
    .option("--request <request>", `only work on this request: ${requestNames}`, requestWord)
    .option("--concurrency <n>", "files at once, per operation", wholeNumber(1, 1000), 1)
    .addOption(reportsOption())
    .action(work);
  addWorkerToken(worker);
}

async function work({
  token,
  operations,
  name,
  request,
  concurrency,
  reports,
  ...address
}: Options): Promise<void> {
  keepFilesPrivate();
  const service = await findService(address);
  const { readClientConfig, readConfig } = await import("../../../config.ts");
  const { allOperations } = await import("../../../operations/index.ts");
  const { isWorkerOperation, offeredOperations } = await import("../../../operations/offered.ts");
  const config = readConfig(undefined, allOperations);
  const { facility, inputFolders, inputHosts, unusedProxy, fileLimits: limits, logLevel } = config;
  const { inputsSet: given } = config;
  const byQueue = isByQueue(reports ?? readClientConfig().reports, config.queueUrl);
  const { makeLog } = await import("../../../log.ts");
  const { runWorker } = await import("../../../worker/run.ts");
  const known = allOperations.filter(isWorkerOperation);
  const unknown = operations?.find((asked) => !known.some(({ name }) => name === asked));
  if (unknown !== undefined)
    throw usedWrongly(
      `Workers have no operation ${JSON.stringify(unknown)}; known: ` +
        `${known.map(({ name }) => name).join(", ")}.`,
    );
  const secret = token ?? service.workToken;
  const { Longshore } = await import("../../client.ts");
  const client = new Longshore({ url: service.url, token: token ?? service.token });
  const only = request === undefined ? undefined : await findRequest(client, request);
  const chosen = offeredOperations(known, operations ?? [], (of) => facility[of] ?? {});
  const log = makeLog({ logLevel });
  const exchange = byQueue
    ? (await import("../../../queue/open.ts")).openReports(config, log)
    : undefined;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  await runWorker({
    url: service.url,
    token: secret,
    name: name ?? `${hostname()}-${process.pid}`,
    operations: chosen.map((operation) => operation.name),
    facility,
    request: only,
    concurrency,
    inputFolders,
    inputHosts,
    given,
    unusedProxy,
    limits,
    exchange,
    log,
    stop: stop.signal,
  }).catch(endWithStatus);
  say("The worker has ended.");
}
