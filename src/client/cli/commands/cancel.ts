import type { Command } from "commander";
import { eachRequest, oneOrAll } from "../each-request.ts";
import { requestNames, requestWord } from "../find-request.ts";
import { several } from "../given/values.ts";
import { printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

export function addCancel(program: Command): void {
  withService(program.command("cancel"))
    .description("cancel requests: no more of their files are started")
    .argument("<request...>", requestNames, several(requestWord))
    .action(cancel);
}

async function cancel(
  words: string[],
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const canceled = await eachRequest(client, words, async (id) => {
    const request = await client.cancel(id);
    if (!json) say(`${request.id} is ${request.state}`);
    return request;
  });
  if (json) printJson(oneOrAll(canceled, words));
}
