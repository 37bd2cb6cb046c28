import { type Command, InvalidArgumentError } from "commander";
import type { Limits } from "../../client.ts";
import { plainText, wholeNumber } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import {
  type Column,
  type Format,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { connect, type ServiceOptions } from "../service.ts";

type Options = ServiceOptions & OutputOptions;

interface SlotOptions extends Options {
  slots?: number;
  perUser?: number;
}

const slots = wholeNumber(0, 1_000_000);

export function addLimits(program: Command): void {
  const limits = program.command("limits").description("how many files may run at once");
  withOutput(limits.command("show", { isDefault: true }))
    .description("the limits of operations and the shares of users, with what runs now")
    .action(show);
  withOutput(limits.command("set"))
    .description("set the limits of an operation; what is not given has no limit")
    .argument("<operation>", "its name", plainText(100))
    .option("--slots <n>", "files that may run at once; 0 pauses the operation", slots)
    .option("--per-user <n>", "the same for each user", slots)
    .action(set);
  withOutput(limits.command("share"))
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

async function show(options: Options): Promise<void> {
  const format = formatOf(options);
  print(await (await connect(options)).limits(), format);
}

async function set(operation: string, options: SlotOptions): Promise<void> {
  const format = formatOf(options);
  const { slots, perUser } = options;
  const client = await connect(options);
  const limits = { slots: slots ?? null, slots_per_user: perUser ?? null };
  print(await client.setLimits(operation, limits), format);
}

async function setShare(owner: string, share: number, options: Options): Promise<void> {
  const format = formatOf(options);
  print(await (await connect(options)).setShare(owner, share), format);
}

type OperationLimits = Limits["operations"][number];
type UserShare = Limits["users"][number];

const ofOperations: Column<OperationLimits>[] = [
  { name: "operation", kind: "text", of: ({ operation }) => operation },
  { name: "running", kind: "word", of: ({ running }) => running },
  { name: "slots", kind: "word", of: ({ slots }) => slots },
  { name: "slots_per_user", heading: "per user", kind: "word", of: (one) => one.slots_per_user },
];

const ofUsers: Column<UserShare>[] = [
  { name: "owner", heading: "user", kind: "text", of: ({ owner }) => owner },
  { name: "running", kind: "word", of: ({ running }) => running },
  { name: "to_come", kind: "word", of: ({ queued, waiting }) => queued + waiting },
  { name: "share", kind: "word", of: ({ share }) => share },
];

/** One list for programs, in which a row is of an operation or of a user. */
const ofBoth: Column<Partial<OperationLimits & UserShare>>[] = [
  { name: "name", kind: "word", of: ({ operation, owner }) => operation ?? owner },
  { name: "of", kind: "word", of: ({ owner }) => (owner === undefined ? "operation" : "user") },
  { name: "running", kind: "word", of: ({ running }) => running },
  { name: "slots", kind: "word", of: ({ slots }) => slots },
  { name: "slots_per_user", kind: "word", of: (one) => one.slots_per_user },
  { name: "queued", kind: "word", of: ({ queued }) => queued },
  { name: "waiting", kind: "word", of: ({ waiting }) => waiting },
  { name: "share", kind: "word", of: ({ share }) => share },
];

function print(limits: Limits, format: Format): void {
  if (format !== "table") {
    printRows(format, limits, [...limits.operations, ...limits.users], ofBoth);
    return;
  }
  printRows(format, limits, limits.operations, ofOperations);
  if (limits.users.length) printRows(format, limits, limits.users, ofUsers);
}
