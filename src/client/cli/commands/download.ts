import { join } from "node:path";
import type { Command } from "commander";
import { manifestName } from "../../../inputs/left-out.ts";
import type { Longshore } from "../../client.ts";
import type { Downloaded } from "../../download.ts";
import { folderOf } from "../../download-request.ts";
import type { RequestNow } from "../../views.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { openDownloadBar } from "../print/download-bar.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { sayReasons } from "../print/reasons.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

export function addDownload(program: Command): void {
  withService(program.command("download"))
    .description("download the results of a request; files that are already complete are kept")
    .argument("<request>", requestNames, requestWord)
    .argument("[folder]", "target folder (default: ./<title>-<short id>)")
    .action(download);
}

async function download(
  word: string,
  folder: string | undefined,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const id = await findRequest(client, word);
  const request = await client.get(id);
  const done = await downloadTo(client, request, folder);
  if (json) printJson(done);
  else for (const { path } of done.files) print(clean(path));
  if (done.files.length === 0) await sayReasons(client, request);
}

export interface DownloadedFolder {
  folder: string;
  /** the file that maps each result to its input */
  manifest: string;
  files: Downloaded[];
}

export async function downloadTo(
  client: Longshore,
  request: RequestNow,
  given: string | undefined,
): Promise<DownloadedFolder> {
  const folder = given ?? folderOf(request);
  if (request.dataset.state === "lookup")
    say("The dataset is still being looked up: the download starts when its files are known.");
  const bar = openDownloadBar(request.counters.done);
  const { onFile, onBytes } = bar;
  const files = await client.download(request.id, folder, { onFile, onBytes }).finally(bar.close);
  const manifest = join(folder, manifestName);
  sayDownloaded(files, folder, manifest);
  return { folder, manifest, files: files.sort((one, other) => (one.path < other.path ? -1 : 1)) };
}

function sayDownloaded(files: Downloaded[], folder: string, manifest: string): void {
  const skipped = files.filter((file) => file.skipped).length;
  const kept = skipped ? `, ${skipped} were already there` : "";
  const which = files.length > 0 ? `; ${manifest} maps each to its input` : "";
  say(`${files.length - skipped} results downloaded to ${folder}${kept}${which}`);
}
