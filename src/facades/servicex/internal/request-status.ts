import { z } from "zod";
import { failRequest } from "../../../requests/lifecycle/fail.ts";
import type { Endpoint } from "../../endpoint.ts";
import { readJsonOrForm } from "../body.ts";
import { badRequest } from "../errors.ts";
import { findRequest } from "../find.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { plainPath } from "./paths.ts";

const longestInfo = 2_048;

const body = z.object({
  source: z.coerce.string().min(1),
  info: z.coerce.string(),
  severity: z
    .string()
    .nullish()
    .transform((word) => word?.toLowerCase() ?? "info"),
});

/** What a finder reports about a request: a line for the log, or, with `fatal`, its end. */
export const requestStatus: Endpoint = {
  method: "post",
  path: `${plainPath}/:id/status`,
  access: "lookup.report",
  async answer({ ctx, caller, params, request, response }) {
    const { data: reported } = body.safeParse(await readJsonOrForm(request, 1));
    if (!reported) throw badRequest("bad status");
    const { id } = await retryWhileUnavailable(response, () =>
      findRequest(ctx, params.id ?? "", caller, "lookup.report"),
    );
    const info = reported.info.slice(0, longestInfo);
    ctx.log.info(
      {
        request_id: id,
        source: reported.source.slice(0, 100),
        severity: reported.severity.slice(0, 20),
        info,
      },
      "a finder reports",
    );
    if (reported.severity === "fatal")
      await retryWhileUnavailable(response, () =>
        failRequest(ctx, id, caller, info || "The finder gave up and gave no reason."),
      );
    return { status: 200, body: null };
  },
};
