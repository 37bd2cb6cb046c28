import { z } from "zod";
import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { cancel } from "../../requests/lifecycle/cancel.ts";
import { redrive } from "../../requests/lifecycle/redrive.ts";
import { redirectTo } from "../layout.tsx";
import type { Page } from "../page.ts";

const cancelRequest: Page = {
  method: "post",
  path: "/requests/{id}/cancel",
  access: "request.change",
  async answer({ ctx, caller, links, params }) {
    const { id } = await cancel(ctx, parsePathParameters(requestParams, params).id, caller);
    return redirectTo(links.request(id));
  },
};

const chosen = z.object({ error: z.string().max(100).optional() });

/** Of one error group, or of all failed files. */
const redriveRequest: Page = {
  method: "post",
  path: "/requests/{id}/redrive",
  access: "request.change",
  async answer({ ctx, caller, links, params, form, gone }) {
    const { error } = parseParameters(chosen, form);
    const { id } = parsePathParameters(requestParams, params);
    const files = error === undefined ? {} : { errors: [error] };
    const { request } = await redrive(ctx, id, caller, files, gone());
    return redirectTo(links.request(request.id));
  },
};

export const actionPages: Page[] = [cancelRequest, redriveRequest];
