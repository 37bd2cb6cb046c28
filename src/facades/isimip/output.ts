import { notFound, RequestError } from "../../errors.ts";
import { sendObject } from "../../http/send-object.ts";
import { keyProblem } from "../../requests/keys/keys.ts";
import { differenceOf } from "../../storage/as-recorded.ts";
import { isUuid } from "../../uuid.ts";
import type { Endpoint } from "../endpoint.ts";
import { isSigned } from "./download-path.ts";
import { zipOf } from "./store.ts";

/** The zip of a job, by an address that `file_url` has; GET and HEAD, whole or a range. */
export const output: Endpoint = {
  method: "get",
  path: "/isimip/output/:request/:signature/:name",
  access: "service.read",
  async answer({ ctx, params, request: call, response }) {
    const { request = "", signature = "", name = "" } = params;
    const missing = notFound("file", name);
    if (!isUuid(request) || !isSigned(ctx, { request, name, signature })) throw missing;
    const problem = await keyProblem(ctx, { request, kind: "read" });
    if (problem === "suspended")
      throw new RequestError(403, problem, "The owner of this job is suspended.");
    const zip = problem === undefined ? await zipOf(ctx.db.query, request) : undefined;
    const object = zip && (await ctx.store.head(request, zip.name));
    if (!object) throw missing;
    const difference = differenceOf(zip, object);
    if (difference !== undefined)
      throw new RequestError(409, "changed", `${name} ${difference}; it is not delivered.`);
    const sent = { object, name, type: "application/zip" };
    return { write: () => sendObject(ctx.store, call, response, sent) };
  },
};
