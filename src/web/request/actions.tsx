// What a caller may do with a request: the buttons on its page, and what they send their forms to.
import type { Child } from "hono/jsx";
import { z } from "zod";
import type { Caller } from "../../auth/caller.ts";
import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { cancel } from "../../requests/lifecycle/cancel.ts";
import { redrive } from "../../requests/lifecycle/redrive.ts";
import { isFinal, type RequestState, requestMoves, stoppableStates } from "../../requests/state.ts";
import type { RequestView } from "../../requests/views.ts";
import { mayOn } from "../../users/policy.ts";
import { redirectTo } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page } from "../page.ts";
import { counted } from "../words.ts";

export interface May {
  cancel: boolean;
  redrive: boolean;
  delete: boolean;
}

const redrivable: readonly RequestState[] = requestMoves.redrive.from;

/** What this caller may do with it now. */
export function actionsOf(caller: Caller, view: RequestView): May {
  const mayChange = mayOn(caller, "request.change", view);
  return {
    cancel: mayChange && stoppableStates.includes(view.state),
    redrive: mayChange && redrivable.includes(view.state) && view.counters.failed > 0,
    delete: isFinal(view.state) && mayOn(caller, "request.delete", view),
  };
}

export function Actions({ view, may, links }: { view: RequestView; may: May; links: Links }) {
  const { id, state, counters } = view;
  return (
    <div id="actions" data-part class="actions">
      {may.cancel ? <Action to={links.request(id, "/cancel")}>Cancel</Action> : null}
      {may.redrive ? (
        <Action to={links.request(id, "/redrive")}>
          Try {counted(counters.failed, "failed file")} again
        </Action>
      ) : null}
      {isFinal(state) ? <a href={links.to(`/v1/requests/${id}/receipt`)}>Receipt</a> : null}
      {may.delete ? <a href={links.request(id, "/delete")}>Delete…</a> : null}
    </div>
  );
}

function Action({ to, children }: { to: string; children?: Child }) {
  return (
    <form method="post" action={to}>
      <button type="submit">{children}</button>
    </form>
  );
}

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
