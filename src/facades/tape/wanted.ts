// Files that are asked for one by one become requests of many. What waits is in the ledger, so that
// a restart forgets nothing, and that whichever process is asked next goes on.
import { randomUUID } from "node:crypto";
import type { Context } from "../../deps.ts";
import { RequestError, TooManyError } from "../../errors.ts";
import { submit } from "../../requests/lifecycle/submit.ts";
import { explained } from "../../system-problem.ts";
import type { TapeCaller } from "./caller.ts";
import { makeRoom } from "./room.ts";
import * as store from "./store.ts";

/** Longer than a Globus task takes to ask for its first files. */
const mostSeconds = 10;
const keptDays = 30;

export interface Wanted {
  /** Resolves once it is recorded. Throws 429 where the key asks for too many at once. */
  add(caller: TapeCaller, call: store.NewCall): Promise<void>;
  /** What waits long enough becomes requests. */
  flush(): Promise<void>;
  /** how long files wait for others */
  seconds: number;
}

export function makeWanted(
  ctx: Context,
  { files, afterSeconds }: { files: number; afterSeconds: number },
): Wanted {
  const { query } = ctx.db;
  const seconds = Math.min(afterSeconds, mostSeconds);
  const room = makeRoom(ctx.db);
  let timer: NodeJS.Timeout | undefined;

  function flushLater(): void {
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush().catch((error: Error) => ctx.log.warn({ err: error }, "files wait for their request"));
    }, seconds * 1000);
    timer.unref();
  }

  /** Many callers find at once that files are due. */
  let flushing: Promise<void> | undefined;
  function flush(): Promise<void> {
    flushing ??= flushNow().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function flushNow(): Promise<void> {
    for (const group of await store.dueGroups(query, seconds))
      for (let last = files; last === files; ) last = await makeRequest(ctx, group, files);
    await store.deleteOldCalls(query, keptDays);
    // Those that came while others waited are not due yet.
    if ((await store.dueGroups(query, 0)).length > 0) flushLater();
  }

  return {
    seconds,
    flush,
    async add({ mostFiles, name }, call) {
      if (mostFiles === undefined) await store.addCall(query, call);
      else if (!(await room.add(call, mostFiles))) throw tooMany(name, mostFiles);
      flushLater();
    },
  };
}

/** Returns how many files it has. */
async function makeRequest(
  ctx: Context,
  group: store.WaitingGroup,
  files: number,
): Promise<number> {
  const { query } = ctx.db;
  const batch = randomUUID();
  const taken = await store.makeBatch(query, group, batch, files);
  if (taken === 0) return 0;
  const { key, owner, globusTask, library } = group;
  const input = {
    title: `Globus task ${globusTask}`,
    dataset: { files: await store.batchPaths(query, batch) },
    steps: [{ operation: "stage", settings: library === "" ? {} : { library } }],
    facade: { tape: { globus_taskid: globusTask, key } },
  };
  try {
    await submit(ctx, { kind: "key", owner }, input, { key: { key: batch, bodyHash: batch } });
    return taken;
  } catch (error) {
    await store.dissolveBatch(query, batch, explained(error));
    if (error instanceof RequestError) {
      ctx.log.warn({ err: error, owner }, "files that were asked for became no request");
      return 0;
    }
    throw error;
  }
}

function tooMany(name: string, most: number): TooManyError {
  return new TooManyError(
    "too_many_files",
    `At most ${most} files may be asked for at once with the key ${JSON.stringify(name)}: try ` +
      "again when some have come.",
    30,
  );
}
