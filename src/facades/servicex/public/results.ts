import type { Endpoint } from "../../endpoint.ts";
import { badRequest } from "../errors.ts";
import { findRequest } from "../find.ts";
import { writeJsonList } from "../json-list.ts";
import { deliveredOf } from "../outcomes.ts";

/**
 * Times of results are taken under the row lock under which they are counted, so they grow in the
 * order of the commits. The overlap is for a server's clock that steps back; clients know the names
 * they have.
 */
const overlapMilliseconds = 2_000;

export const results: Endpoint = {
  method: "get",
  path: "/servicex/transformation/:id/results",
  access: "request.read",
  async answer({ ctx, caller, params, query }) {
    const laterThan = timeIn(query);
    const view = await findRequest(ctx, params.id ?? "", caller);
    return {
      write: (response) => writeJsonList(response, "results", deliveredOf(ctx, view, laterThan)),
    };
  },
};

/** Clients begin with the year 1. A plus sign that was not encoded arrives as a space. */
function timeIn(query: URLSearchParams): string | undefined {
  const text = query.get("later_than");
  if (text === null || text === "") return undefined;
  const iso = text.replace(/ (?=\d\d:?\d\d$)/, "+");
  const time = shape.test(iso)
    ? Date.parse(/[+-]\d\d:?\d\d$|Z$/i.test(iso) ? iso : `${iso}Z`)
    : Number.NaN;
  if (Number.isNaN(time))
    throw badRequest(
      `later_than value ${text.slice(0, 100)} is not an ISO 8601 compliant datetime`,
    );
  const from = Math.max(time - overlapMilliseconds, 0);
  return new Date(from).toISOString();
}

const shape = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i;
