import { type Command, InvalidArgumentError } from "commander";
import type { Limits } from "../client.ts";
import { connect, plainText, type ServiceOptions, wholeNumber, withService } from "./options.ts";
import { printJson, printTable } from "./print.ts";
import { thisCommand } from "./this-command.ts";

type Options = ServiceOptions & { json?: boolean };

interface SlotOptions extends Options {
  slots?: number;
  perUser?: number;
}

const slots = wholeNumber(0, 1_000_000);

export function addLimits(program: Command): void {
  const limits = program.command("limits").description("how many files may run at once");
  withService(limits.command("show", { isDefault: true }))
    .description("the limits of operations and the shares of users, with what runs now")
    .action(show);
  withService(limits.command("set"))
    .description("set the limits of an operation; what is not given has no limit")
    .argument("<operation>", "its name", plainText(100))
    .option("--slots <n>", "files that may run at once; 0 pauses the operation", slots)
    .option("--per-user <n>", "the same for each user", slots)
    .action(set);
  withService(limits.command("share"))
    .description("set a user's share of the slots")
    .argument(
      "<owner>",
      `the owner of requests, as \`${thisCommand()} show\` names it`,
      plainText(200),
    )
    .argument("<share>", "1 is usual; 2 is twice as many files at once", share)
    .action(setShare);
}

function share(text: string): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.001 && value <= 1000) return value;
  throw new InvalidArgumentError("Allowed is a number from 0.001 to 1000.");
}

async function show({ json, ...service }: Options): Promise<void> {
  print(await (await connect(service)).limits(), json);
}

async function set(
  operation: string,
  { slots, perUser, json, ...service }: SlotOptions,
): Promise<void> {
  const client = await connect(service);
  const limits = { slots: slots ?? null, slots_per_user: perUser ?? null };
  print(await client.setLimits(operation, limits), json);
}

async function setShare(
  owner: string,
  share: number,
  { json, ...service }: Options,
): Promise<void> {
  print(await (await connect(service)).setShare(owner, share), json);
}

function print(limits: Limits, json: boolean | undefined): void {
  if (json) {
    printJson(limits);
    return;
  }
  const operations = limits.operations.map(({ operation, slots, slots_per_user, running }) => [
    operation,
    running,
    slots,
    slots_per_user,
  ]);
  printTable(["OPERATION", "RUNNING", "SLOTS", "PER USER"], operations);
  const users = limits.users.map((user) => [
    user.owner,
    user.running,
    user.queued + user.waiting,
    user.share,
  ]);
  if (users.length) printTable(["USER", "RUNNING", "TO COME", "SHARE"], users);
}
