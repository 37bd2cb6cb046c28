import type { Command } from "commander";
import type { OperationView } from "../../views.ts";
import { usedWrongly } from "../exits.ts";
import { thisCommand } from "../help/this-command.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { clean, print, say } from "../print/print.ts";
import { type Setting, settingsOf } from "../print/settings-of.ts";
import { connect, type ServiceOptions } from "../service.ts";

export function addOperations(program: Command): void {
  withOutput(program.command("operations"))
    .description("list what the service can do with a file; with a name: the settings of one")
    .argument("[operation]", "its name")
    .action(operations);
}

const columns: Column<OperationView>[] = [
  { name: "name", kind: "word", of: ({ name }) => name },
  {
    name: "settings",
    kind: "text",
    of: ({ settings }) =>
      settingsOf(settings)
        .map(({ name, required }) => (required ? name : `[${name}]`))
        .join(" "),
  },
  { name: "summary", kind: "text", of: ({ summary }) => summary },
];

const settingColumns: Column<Setting>[] = [
  { name: "setting", kind: "word", of: ({ name }) => name },
  { name: "required", kind: "word", of: ({ required }) => (required ? "yes" : "no") },
  { name: "value", kind: "text", of: ({ value }) => value },
  { name: "default", kind: "text", of: ({ usual }) => usual },
  { name: "description", kind: "text", of: ({ description }) => description },
];

async function operations(
  name: string | undefined,
  options: ServiceOptions & OutputOptions,
): Promise<void> {
  const format = formatOf(options);
  const page = await (await connect(options)).operations();
  if (name === undefined) {
    printRows(format, page, page.items, columns);
    say(`The settings of one: ${thisCommand()} operations <name>`);
    return;
  }
  const found = page.items.find((operation) => operation.name === name);
  if (!found)
    throw usedWrongly(
      `The service has no operation ${JSON.stringify(name)}; it has ` +
        `${page.items.map((operation) => operation.name).join(", ")}.`,
    );
  if (format === "table") print(clean(found.summary));
  printRows(format, found, settingsOf(found.settings), settingColumns);
}
