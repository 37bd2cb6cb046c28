// What calls send. Other keys, and values of no use here, are ignored.
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { readJson } from "../../http/json/read-json.ts";
import { parse } from "../../http/parse.ts";
import { tooManyPaths } from "./errors.ts";

const path = z.string().min(1).max(4096);

const stageBody = z.object({
  files: z
    .array(
      z.object({
        path,
        diskLifetime: z.iso.duration().nullish(),
        /** by the name of a site */
        targetedMetadata: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .min(1),
});

const pathsBody = z.object({ paths: z.array(path) });

/** Of one call; MOST_FILES may say less. */
const mostPaths = 10_000;
const limits = { megabytes: 16, mostValues: 200_000 };

/** The paths of a stage request, plain and each once. */
export async function readStage(request: IncomingMessage, most = mostPaths): Promise<string[]> {
  const { files } = parse(stageBody, await readJson(request, limits, "refuse"));
  return plainPaths(
    files.map(({ path: one }) => one),
    Math.min(most, mostPaths),
  );
}

export async function readPaths(request: IncomingMessage): Promise<string[]> {
  const { paths } = parse(pathsBody, await readJson(request, limits, "refuse"));
  return plainPaths(paths, mostPaths);
}

function plainPaths(paths: string[], most: number): string[] {
  if (paths.length > most) throw tooManyPaths(most);
  return [...new Set(paths.map((one) => one.replaceAll(/\/{2,}/g, "/")))];
}
