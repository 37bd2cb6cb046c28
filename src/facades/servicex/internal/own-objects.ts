// Sidecars name an object after the path that they read, so two files may share a name: `x/y` and
// `x:y`. Each file's object is moved to a name of its own before its result is recorded.
import { createHash } from "node:crypto";
import pRetry from "p-retry";
import { isRedacted, withoutSecrets } from "../../../addresses/shown.ts";
import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { readFile } from "../../../requests/read/files.ts";
import { recordedNames } from "../../../requests/read/results.ts";
import { openFileStates } from "../../../requests/state.ts";
import type { FileView } from "../../../requests/views.ts";
import { clearContested } from "../../../s3/contested.ts";
import type { StoredObject } from "../../../storage/contract.ts";
import { isName } from "../../../storage/names.ts";
import type { Attempt } from "../attempt-token.ts";
import { sidecarName } from "../sidecar-name.ts";

/** A quick worker reports a file before the request has moved it on. */
const longestWaitMilliseconds = 5_000;
const longestTail = 200;

export type OwnObject =
  | { object: StoredObject }
  /** the file is not with a worker in this attempt: nothing was touched */
  | { isSuperseded: true }
  | { problem: string };

/**
 * Finds the file's object under one of the names that the sidecar may have given it, and moves it
 * to a name that only this attempt has. Files with a shared name are never worked on at the same
 * time (requests/advance/queue-apart.ts), so the object is this file's.
 */
export async function moveToOwnName(
  ctx: Deps<"db" | "store">,
  caller: Caller,
  { request, file, attempt }: { request: string; file: number; attempt: Attempt | undefined },
  namesOf: (paths: string[]) => string[],
): Promise<OwnObject> {
  const view = await inWork(ctx, request, file, caller);
  if (view.state === "waiting" || !openFileStates.includes(view.state))
    return { isSuperseded: true };
  if (attempt && (view.step !== attempt.step || view.attempt !== attempt.attempt))
    return { isSuperseded: true };
  const names = await unrecorded(ctx, request, namesOf(view.paths));
  const own = (name: string) => ownName(view, name);
  const moved = await firstOf(ctx, request, names.map(own));
  if (moved) return { object: moved };
  for (const name of names) {
    if (await clearContested(ctx.store, request, name)) return { problem: contested };
    const object = await copy(ctx, request, name, own(name));
    if (!object) continue;
    await ctx.store.remove(request, [name]);
    return { object };
  }
  const [twin] = await ctx.store.list(request, { prefix: prefixOf(view), limit: 1 });
  const object = twin && (await copy(ctx, request, twin.name, own(names[0] ?? "object")));
  return object ? { object } : { problem: noObject };
}

export const noObject =
  "The worker reported a success, and its object is not in the request's bucket.";
const contested =
  "Another worker stored something else under the name of this file's object; neither counts.";

/** Waits a moment while the file waits. */
function inWork(ctx: Deps<"db">, request: string, file: number, caller: Caller): Promise<FileView> {
  const until = Date.now() + longestWaitMilliseconds;
  return pRetry(
    async () => {
      const view = await readFile(ctx, request, file, caller, "work");
      if (view.state === "waiting" && Date.now() < until) throw new StillWaiting();
      return view;
    },
    {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 50,
      maxTimeout: 500,
      shouldRetry: ({ error }) => error instanceof StillWaiting,
    },
  );
}

class StillWaiting extends Error {}

/** A recorded result is never moved. */
async function unrecorded(ctx: Deps<"db">, request: string, names: string[]): Promise<string[]> {
  const possible = [...new Set(names)].filter(isName);
  const recorded = await recordedNames(ctx, request, possible);
  return possible.filter((name) => !recorded.has(name));
}

async function firstOf(
  { store }: Deps<"store">,
  request: string,
  names: string[],
): Promise<StoredObject | undefined> {
  for (const name of names) {
    const object = await store.head(request, name);
    if (object) return object;
  }
  return undefined;
}

async function copy(
  { store }: Deps<"store">,
  request: string,
  from: string,
  to: string,
): Promise<StoredObject | undefined> {
  const found = await store.get(request, from);
  if (!found) return undefined;
  await store.put(request, to, found.body, { size: found.object.size });
  return store.head(request, to);
}

/**
 * Files of the same paths, listed twice, may share what was made of one of them, unless they differ
 * in a secret that is not shown.
 */
function prefixOf({ paths, file }: FileView): string {
  const identity = paths.some(isRedacted) ? [...paths, file] : paths;
  return `${createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16)}-`;
}

function ownName(view: FileView, name: string): string {
  const { file, step, attempt } = view;
  const tail = [...plainName(view, name)].slice(-longestTail).join("");
  return `${prefixOf(view)}${file}-${step}-${attempt}-${tail}`;
}

/** A name that is made of an address with secrets, or of a signed one, has them too. */
function plainName({ paths }: FileView, name: string): string {
  const [path = ""] = paths;
  if (!paths.some(isRedacted) && withoutSecrets(name) === name) return name;
  return sidecarName(path, name.endsWith(".parquet") ? "parquet" : "root-file");
}
