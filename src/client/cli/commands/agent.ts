import { hostname } from "node:os";
import type { Command } from "commander";
import { keepFilesPrivate } from "../../../data-folder.ts";
import type { ReportsBy } from "../../../settings/client.ts";
import { endWithStatus, usedWrongly } from "../exits.ts";
import { operationNames, plainText } from "../given/values.ts";
import { say } from "../print/print.ts";
import { isByQueue, reportsOption } from "../reports-way.ts";
import { findService, type ServiceOptions, withAddress } from "../service.ts";

interface Options extends ServiceOptions {
  operations: string[];
  name?: string;
  reports?: ReportsBy;
}

export function addAgent(program: Command): void {
  withAddress(program.command("agent"))
    .description(
      "do the tasks of service operations from this host, for a service that cannot reach " +
        "what they need",
    )
    .requiredOption("--operations <names>", "which operations, separated by commas", operationNames)
    .option(
      "--name <name>",
      "its name, unique among the agents (default: host and process)",
      plainText(200),
    )
    .addOption(reportsOption())
    .action(runHere);
}

async function runHere({ operations: names, name, reports, ...address }: Options): Promise<void> {
  keepFilesPrivate();
  const { url, workToken: token } = await findService(address);
  const [{ allOperations }, { isServiceOperation, operationsNamed }, { makeLog }] =
    await Promise.all([
      import("../../../operations/index.ts"),
      import("../../../operations/offered.ts"),
      import("../../../log.ts"),
    ]);
  const { readClientConfig, readConfig } = await import("../../../config.ts");
  const { startAgent } = await import("../../../agent/start.ts");
  const known = allOperations.filter(isServiceOperation);
  const operations = usedWell(() => operationsNamed(known, names));
  const config = readConfig(undefined, operations);
  const byQueue = isByQueue(reports ?? readClientConfig().reports, config.queueUrl);
  const log = makeLog(config);
  const exchange = byQueue
    ? (await import("../../../queue/open.ts")).openProgress(config, log)
    : undefined;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  await startAgent({
    url,
    token,
    name: name ?? `${hostname()}-${process.pid}`,
    operations,
    facility: config.facility,
    signal: stop.signal,
    exchange,
    log,
  }).catch(endWithStatus);
  say("The agent has ended.");
}

function usedWell<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw usedWrongly((error as Error).message);
  }
}
