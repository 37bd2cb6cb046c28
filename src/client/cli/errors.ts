import type { Command } from "commander";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { printJson, printTable, say } from "./print.ts";
import { thisCommand } from "./this-command.ts";

export function addErrors(program: Command): void {
  withService(program.command("errors"))
    .description("show why files of a request failed, in groups, largest first")
    .argument("<request>", "the request's id", requestId)
    .action(errors);
}

async function errors(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const page = await (await connect(service)).errors(id);
  if (json) {
    printJson(page);
    return;
  }
  const rows = page.items.map(
    ({ fingerprint, class: errorClass, count, share, message, examples }) => [
      fingerprint,
      errorClass,
      count,
      `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`,
      examples[0]?.file ?? null,
      message,
    ],
  );
  printTable(["ERROR", "CLASS", "FILES", "SHARE", "E.G. FILE", "MESSAGE"], rows);
  const [first] = page.items;
  if (first)
    say(`Once the cause is fixed: ${thisCommand()} redrive ${id} --error ${first.fingerprint}`);
}
