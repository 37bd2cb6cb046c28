import type { Caller } from "../../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../../cursor.ts";
import type { Deps } from "../../deps.ts";
import type { ResultView } from "../views.ts";
import { deliveryUrl } from "./delivery-url.ts";
import { readRequest } from "./request.ts";
import {
  inputPaths,
  namedResults,
  type ResultRow,
  resultOfName,
  resultRows,
} from "./results-store.ts";

/** `next` is never null: clients continue to poll with it; later results always come after it. */
export async function listResults(
  ctx: Deps<"db" | "signingKey" | "store" | "urls">,
  id: string,
  caller: Caller,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ items: (ResultView & { url: string })[]; next: string }> {
  await readRequest(ctx, id, caller);
  const from = after ? Number(decodeCursor(after, ["number"])[0]) : 0;
  const rows = await resultRows(ctx.db.query, id, from, limit);
  const files = rows.flatMap(({ file }) => file ?? []);
  const inputs = await inputPaths(ctx.db.query, files);
  const items = await Promise.all(
    rows.map(async ({ seq, file, step, attempt, name, size, checksum, created_at }) => ({
      seq,
      file,
      input: inputs.get(file ?? 0) ?? null,
      step,
      attempt,
      name,
      size,
      checksum,
      created_at: created_at.toISOString(),
      url: await deliveryUrl(ctx, id, name),
    })),
  );
  return { items, next: encodeCursor([rows.at(-1)?.seq ?? from]) };
}

/** The file with a result of this name; undefined if there is none. */
export async function fileOfResult(
  ctx: Deps<"db">,
  request: string,
  name: string,
): Promise<number | undefined> {
  return (await resultOfName(ctx.db.query, request, name))?.file ?? undefined;
}

/** Which of these objects some result of any step names. */
export function recordedNames(
  { db }: Deps<"db">,
  request: string,
  names: string[],
): Promise<Set<string>> {
  return namedResults(db.query, request, names);
}

const page = 5000;

/** All results of the last step, in the order in which they were recorded; read in pages. */
export async function* everyResult({ db }: Deps<"db">, request: string): AsyncGenerator<ResultRow> {
  for (let after = 0; ; ) {
    const rows = await resultRows(db.query, request, after, page);
    yield* rows;
    if (rows.length < page) return;
    after = rows.at(-1)?.seq ?? after;
  }
}
