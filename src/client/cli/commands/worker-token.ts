import { type Command, InvalidArgumentError } from "commander";
import type { NewWorkerToken } from "../../views.ts";
import { usedWrongly } from "../exits.ts";
import { decimal, operationNames } from "../given/values.ts";
import { localTimeWithZone } from "../print/local-time.ts";
import { print, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

interface Options extends ServiceOptions {
  operations?: string[];
  hours: number;
  json?: boolean;
}

export function addWorkerToken(worker: Command): void {
  withService(worker.command("token"))
    .description(
      "make a token for workers and agents on other hosts and print it, only this once; for " +
        "administrators",
    )
    .option(
      "--operations <operations>",
      "which operations it is for, separated by commas (default: all)",
      operationNames,
    )
    .option("--hours <hours>", "how long it is good: it cannot be revoked", hours, 24)
    .action((_: Options, command: Command) => {
      refuseOthers(worker, command);
      return make(command.optsWithGlobals<Options>());
    });
}

/** Commander gives `worker` its own options, also those that stand behind `token`. */
function refuseOthers(worker: Command, { options }: Command): void {
  const own = options.map((option) => option.attributeName());
  const given = worker.options.filter(
    (option) => worker.getOptionValueSource(option.attributeName()) === "cli",
  );
  const other = given.find((option) => !own.includes(option.attributeName()));
  if (other) throw usedWrongly(`${other.long} is for a worker, not for making a token.`);
}

function hours(text: string): number {
  const value = decimal(text);
  if (value >= 0.1 && value <= 720) return value;
  throw new InvalidArgumentError("Expected a number of hours from 0.1 to 720.");
}

async function make({ operations, hours, json, ...service }: Options): Promise<void> {
  const wanted: NewWorkerToken = { hours, ...(operations && { operations }) };
  const made = await (await connect(service)).tokens.createForWorkers(wanted);
  if (json) printJson(made);
  else print(made.token);
  say(
    `It is good until ${localTimeWithZone(made.expires_at)} and is shown only this once: set ` +
      "LONGSHORE_TOKEN to it on the worker's host.",
  );
}
