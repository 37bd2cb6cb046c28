import type { Command } from "commander";
import type { Longshore } from "../client.ts";
import type { Downloaded } from "../download.ts";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { print, printJson, say } from "./print.ts";

export function addDownload(program: Command): void {
  withService(program.command("download"))
    .description("download the results of a request; files that are already complete are kept")
    .argument("<request>", "the request's id", requestId)
    .argument("[folder]", "target folder", "out")
    .action(download);
}

async function download(
  id: string,
  folder: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const files = await downloadTo(await connect(service), id, folder);
  if (json) printJson({ files });
  else for (const { path } of files) print(path);
}

export async function downloadTo(
  client: Longshore,
  id: string,
  folder: string,
): Promise<Downloaded[]> {
  const files = await client.download(id, folder);
  const skipped = files.filter((file) => file.skipped).length;
  const kept = skipped ? `, ${skipped} were already there` : "";
  say(`${files.length - skipped} results downloaded to ${folder}${kept}`);
  return files.sort((left, right) => (left.name < right.name ? -1 : 1));
}
