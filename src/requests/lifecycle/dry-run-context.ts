import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { dryRunFolder } from "../../data-folder.ts";
import type { Deps } from "../../deps.ts";
import { diskProblem } from "../../disk-problem.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import { fetchInput } from "../../inputs/fetch.ts";
import type { LocalFile } from "../../inputs/local.ts";
import { mostInputMegabytes } from "../../inputs/remote.ts";
import {
  isStorageClass,
  noProgramClass,
  type PreviewContext,
  type TaskError,
} from "../../operations/contract.ts";
import { timeLimit } from "../../time.ts";
import type { Readable } from "./readable.ts";

/**
 * Lends an operation what a worker of this service would: the same inputs by the same rules, the
 * same limits, and a folder that is removed afterwards.
 */
export async function withPreviewContext<Result>(
  { config, log }: Deps<"config" | "log">,
  {
    operation,
    readable: { folders, hosts },
    signal,
  }: { operation: string; readable: Readable; signal: AbortSignal },
  use: (context: PreviewContext) => Promise<Result>,
): Promise<Result> {
  const inputs: LocalFile[] = [];
  let scratch: string | undefined;
  try {
    scratch = await ownFolder(config.dataDir);
    const bounds = {
      folders,
      hosts,
      unusedProxy: config.unusedProxy,
      megabytes: mostInputMegabytes,
      trusted: [],
      scratch,
    };
    return await use({
      scratch,
      facility: config.facility[operation] ?? {},
      signal,
      limits: config.fileLimits,
      async fetchInput(location) {
        const clock = timeLimit(config.fileLimits.seconds * 1000);
        const input = await fetchInput(location, {
          ...bounds,
          signal: AbortSignal.any([signal, clock]),
        });
        inputs.push(input);
        return input;
      },
    });
  } catch (error) {
    const words = diskProblem(error)?.words;
    if (words === undefined) throw error;
    throw unusable(`its folder for temporary files cannot be used: ${words}`);
  } finally {
    await Promise.all(inputs.map((input) => input.close()));
    if (scratch !== undefined)
      await rm(scratch, { recursive: true, force: true }).catch((error: Error) =>
        // The next start of the service removes it
        log.warn({ err: error, folder: scratch }, "a dry run's folder could not be removed"),
      );
  }
}

async function ownFolder(dataDir: string): Promise<string> {
  const folder = dryRunFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return mkdtemp(join(folder, "run-"));
}

/** The sentence that a file would get; other sentences where the service is to blame. */
export function previewRefused(
  { runner }: Deps<"runner">,
  { class: kind, message, here = false }: TaskError,
): RequestError | UnavailableError {
  if (isStorageClass(kind) || kind === noProgramClass) return unusable(message);
  // Where the workers are on other machines, or of another user
  const mayReadElsewhere = runner.capacity === 0 && (here || kind === "not_found");
  const sentence = mayReadElsewhere ? `${message} ${elsewhere}` : message;
  const pointer = inputClasses.includes(kind) ? "/dataset" : "/steps/0";
  return new RequestError(422, `file_${kind}`, sentence, [{ pointer, detail: sentence }]);
}

const elsewhere =
  "This process of the service starts no workers, and those elsewhere may have the file; a dry " +
  "run reads it here.";
const inputClasses = ["bad_input", "not_found", "forbidden", "unavailable"];

function unusable(why: string): UnavailableError {
  return new UnavailableError(`The service cannot make a dry run now: ${why}`, 60);
}
