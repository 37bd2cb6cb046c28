import { z } from "zod";
import { failRequest } from "../../../requests/lifecycle/fail.ts";
import { readJsonOrForm } from "../body.ts";
import type { Endpoint } from "../endpoint.ts";
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

/** What a finder has to say of a request: a line for the log, or, at `fatal`, its end. */
export const requestStatus: Endpoint = {
  method: "post",
  path: `${plainPath}/:id/status`,
  access: "lookup.report",
  async answer({ ctx, caller, params, request, response }) {
    const { data: said } = body.safeParse(await readJsonOrForm(request, 1));
    if (!said) throw badRequest("bad status");
    const { id } = await retryWhileUnavailable(response, () =>
      findRequest(ctx, params.id ?? "", caller, "lookup.report"),
    );
    const info = said.info.slice(0, longestInfo);
    ctx.log.info(
      {
        request_id: id,
        source: said.source.slice(0, 100),
        severity: said.severity.slice(0, 20),
        info,
      },
      "a finder says",
    );
    if (said.severity === "fatal")
      await retryWhileUnavailable(response, () =>
        failRequest(ctx, id, caller, info || "The finder gave up and said no more."),
      );
    return { status: 200, body: null };
  },
};
