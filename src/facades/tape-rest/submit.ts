// `POST stage`: the files become one request of the operation `stage`, where they are gathered with
// those of all others.
import { forEachAtOnce } from "../../at-once.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Query } from "../../db/client.ts";
import type { Context } from "../../deps.ts";
import { TooManyError } from "../../errors.ts";
import { submit } from "../../requests/lifecycle/submit.ts";
import type { KeyLimits } from "./admit.ts";
import { nothingToRecall } from "./errors.ts";
import { type Looked, lookAt } from "./look.ts";
import type { Parts } from "./parts.ts";
import { facadeOf } from "./stage-request.ts";
import { namedPaths } from "./staged-files.ts";
import { openFiles } from "./store.ts";

const atOnce = 16;
/** They are kept with the request, of which lists are made. */
const mostRefused = 100;

/**
 * Returns the id of the request. A path that may not be recalled fails alone, and is seen so in its
 * progress; a call with nothing else is refused. Throws 429 where a key asks for too many at once.
 */
export async function submitStage(
  ctx: Context,
  { system, limitsOf }: Parts,
  caller: Caller,
  paths: string[],
): Promise<string> {
  const limits = limitsOf(caller);
  const looked: Looked[] = [];
  await forEachAtOnce(paths, atOnce, async (path, index) => {
    looked[index] = await lookAt(system, limits, path);
  });
  const refused = looked.flatMap((one) =>
    one.is === "refused" ? [{ path: one.path, error: one.why }] : [],
  );
  if (refused.length === looked.length || refused.length > mostRefused)
    throw nothingToRecall(
      refused.length === 1
        ? (refused[0]?.error ?? "")
        : `${refused.length} of the ${looked.length} files may not be recalled, such as: ` +
            `${refused[0]?.error}`,
    );
  const input = {
    title: "Tape REST",
    dataset: { files: looked.flatMap(replicasOf) },
    steps: [{ operation: "stage", settings: {} }],
    facade: facadeOf({ ...(limits && { key: limits.key }), refused }),
  };
  const { request } = await submit(ctx, caller, input, { limit: limitOf(caller, limits) });
  return request.id;
}

function replicasOf(one: Looked): string[][] {
  if (one.is === "refused") return [];
  const known = one.is === "file" ? one.real : one.mapped;
  return [namedPaths(known, one.path)];
}

function limitOf(
  caller: Caller,
  limits: KeyLimits | undefined,
): ((query: Query) => Promise<void>) | undefined {
  const { mostFiles: most, key = "", name } = limits ?? {};
  if (most === undefined || caller.kind !== "key") return undefined;
  return async (query) => {
    if ((await openFiles(query, { owner: caller.owner, key })) > most)
      throw new TooManyError(
        "too_many_files",
        `At most ${most} files may be asked for at once with the key ${JSON.stringify(name)}: ` +
          "try again when some have come.",
        30,
      );
  };
}
