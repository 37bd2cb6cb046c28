import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { listRequests } from "../../../requests/read/request.ts";
import type { RequestState } from "../../../requests/state.ts";
import { personIdOf } from "../../../users/people.ts";
import type { Endpoint } from "../../endpoint.ts";
import { badRequest } from "../errors.ts";
import { writeJsonList } from "../json-list.ts";
import { type Transformation, toTransformations } from "../transformation.ts";
import { type Status, statesOf, statuses } from "../words.ts";

const pageSize = 100;

/**
 * All of them, as clients expect; read and sent a page at a time, so that neither the database nor
 * the memory holds them all.
 */
export const list: Endpoint = {
  method: "get",
  path: "/servicex/transformation",
  access: "request.read",
  async answer({ ctx, caller, query }) {
    const submitter = wholeNumber(query, "submitted_by") ?? 0;
    const [limit, offset] = [wholeNumber(query, "limit"), wholeNumber(query, "offset") ?? 0];
    const status = statusIn(query);
    const owner = submitter > 0 ? await ownerOfNumber(ctx, submitter) : undefined;
    const most = owner === null ? 0 : limit;
    const pages = pagesOf(ctx, caller, { status, owner: owner ?? undefined });
    return { write: (response) => writeJsonList(response, "requests", slice(pages, offset, most)) };
  },
};

/** Null where nobody has it. While identity is off, users have no numbers. */
async function ownerOfNumber(ctx: Deps<"config" | "people">, number: number) {
  return ctx.config.identity ? ((await personIdOf(ctx, number)) ?? null) : null;
}

interface Wanted {
  status: Status | undefined;
  /** the id of an account; of one that the caller may not ask for, there are none */
  owner: string | undefined;
}

async function* pagesOf(
  ctx: Deps<"config" | "db" | "operations">,
  caller: Caller,
  { status, owner }: Wanted,
): AsyncGenerator<Transformation> {
  const states: (RequestState | undefined)[] =
    status === undefined ? [undefined] : statesOf(status);
  for (const state of states) {
    let cursor: string | undefined;
    do {
      const page = await listRequests(ctx, caller, { state, owner, cursor, limit: pageSize });
      for (const one of await toTransformations(ctx, page.items))
        if (status === undefined || one.status === status) yield one;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
}

async function* slice<Item>(
  items: AsyncIterable<Item>,
  offset: number,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Item> {
  let place = 0;
  if (limit === 0) return;
  for await (const item of items) {
    if (place >= offset) yield item;
    place++;
    if (place >= offset + limit) return;
  }
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`The query parameter ${name} must be a whole number.`);
}

function statusIn(query: URLSearchParams): Status | undefined {
  const text = query.get("status");
  const status = statuses.find((one) => one.toLowerCase() === text?.toLowerCase());
  if (text && !status)
    throw badRequest(`The query parameter status must be one of ${statuses.join(", ")}.`);
  return status;
}
