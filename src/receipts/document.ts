import type { Deps } from "../deps.ts";
import { failureGroups } from "../requests/read/error-groups.ts";
import { everyResult } from "../requests/read/results.ts";
import type { RequestView } from "../requests/views.ts";
import { publicPath } from "../settings/public-path.ts";
import { timeSlice } from "../time-slice.ts";
import { version } from "../version.ts";
import { openDigest } from "./lines-digest.ts";
import type { Receipt, ReceiptInput, ReceiptInputs, ReceiptResult } from "./receipt.ts";
import { type Account, type InputRow, inputRows, roundRows } from "./store.ts";

/** Of more items the receipt contains only the digest: it is read and signed as one text. */
const mostListed = 10_000;
const mostGroups = 200;
const page = 1000;

/** What a receipt has of the request itself. */
const requestMembers = [
  "id",
  "owner",
  "title",
  "state",
  "reason",
  "round",
  "incomplete",
  "created_at",
  "started_at",
  "finished_at",
  "stop_after_failed_percent",
] as const satisfies (keyof RequestView)[];

/**
 * Reads files and results in pages, and lets other calls go on in between: a request may have a
 * million of either.
 */
export async function documentOf(
  ctx: Deps<"db" | "urls">,
  view: RequestView,
  account: Account,
): Promise<Receipt> {
  const { id } = view;
  const { finder, name, did, files } = view.dataset;
  return {
    format: "longshore-receipt-1",
    service: { name: "Longshore", version, url: ctx.urls.public() },
    request: pick(view, requestMembers),
    dataset: { id: view.dataset.id, finder, name, did, version: account.dataset_version, files },
    inputs: await inputsOf(ctx, id, account.registered),
    steps: view.steps.map(({ step, operation, settings, retry, passed, done, failed }) => {
      return { step, operation, settings, retry, done: passed + done, failed };
    }),
    counters: { ...view.counters },
    rounds: await roundsOf(ctx, view, account),
    failures: await failuresOf(ctx, view, account),
    results: await resultsOf(ctx, id, account),
    made_at: new Date().toISOString(),
  };
}

async function inputsOf(
  { db }: Deps<"db">,
  id: string,
  registered: number,
): Promise<Receipt["inputs"]> {
  const lines = openDigest();
  const read = openRead();
  const pause = timeSlice();
  for (let after = 0; ; ) {
    const rows = await inputRows(db.query, id, after, registered, page);
    for (const row of rows) {
      const { paths, size, checksum } = row;
      lines.add({ checksum, paths, size });
      read.add(row);
      await pause();
    }
    if (rows.length < page)
      return { files: lines.count(), digest: lines.digest(), read: read.end() };
    after = rows.at(-1)?.seq ?? after;
  }
}

/** Counts and lists what was read of the files. */
function openRead() {
  const listing = openListing<ReceiptInput>();
  let unknown = 0;
  return {
    add({ file, step, attempt, input_size: size, input_sha256: sha256 }: InputRow): void {
      if (step === null || attempt === null) return;
      if (size === null || sha256 === null) {
        unknown += 1;
        return;
      }
      listing.add({ file, step, attempt, size, sha256 });
    },
    end(): ReceiptInputs {
      const { count, ...rest } = listing.end();
      return { files: count, not_recorded: unknown, ...rest };
    },
  };
}

async function resultsOf(
  ctx: Deps<"db" | "urls">,
  id: string,
  account: Account,
): Promise<Receipt["results"]> {
  const listing = openListing<ReceiptResult>();
  const pause = timeSlice();
  for await (const { name, size, checksum, file, step, attempt } of everyResult(ctx, id)) {
    listing.add({ name, size, checksum, file, step, attempt });
    await pause();
  }
  return {
    ...listing.end(),
    url: publicPath(ctx.urls.public(), `/v1/requests/${id}/results`),
    deleted_at: account.results_deleted_at?.toISOString() ?? null,
  };
}

/** Items with their digest; of more than `mostListed`, the digest alone. */
function openListing<Item extends { size: number }>() {
  const lines = openDigest();
  const items: Item[] = [];
  let bytes = 0;
  return {
    add(item: Item): void {
      lines.add(item);
      bytes += item.size;
      if (items.length <= mostListed) items.push(item);
    },
    end() {
      const listed = items.length <= mostListed;
      const digest = lines.digest();
      return { count: lines.count(), bytes, digest, listed, items: listed ? items : [] };
    },
  };
}

async function failuresOf(
  ctx: Deps<"db">,
  view: RequestView,
  account: Account,
): Promise<Receipt["failures"]> {
  const groups = view.counters.failed ? await failureGroups(ctx, view.id, mostGroups) : [];
  const final = new Set(groups.map((group) => group.fingerprint));
  return {
    files: view.counters.failed,
    groups,
    overcome: account.groups.filter((group) => !final.has(group.fingerprint)),
  };
}

async function roundsOf(
  { db }: Deps<"db">,
  { id, round, counters }: RequestView,
  { moves }: Account,
): Promise<Receipt["rounds"]> {
  const only = { round: 1, redriven: 0, done: counters.done, failed: counters.failed };
  const rows = new Map(
    (round === 1 ? [only] : await roundRows(db.query, id)).map((row) => [row.round, row]),
  );
  return Array.from({ length: round }, (_, index) => ({
    ...(rows.get(index + 1) ?? { round: index + 1, redriven: 0, done: 0, failed: 0 }),
    moves: moves
      .filter((one) => one.round === index + 1)
      .map(({ move, from, to, at, reason }) => ({ move, from, to, at, reason })),
  }));
}

function pick<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Pick<Whole, Name> {
  return Object.fromEntries(names.map((name) => [name, whole[name]])) as Pick<Whole, Name>;
}
