// What a caller may do with a request: the buttons on its page, and what they send their forms to.
import type { Child } from "hono/jsx";
import { z } from "zod";
import type { Caller } from "../../auth/caller.ts";
import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { fileParams, requestParams } from "../../http/schemas/params.ts";
import { cancel } from "../../requests/lifecycle/cancel.ts";
import { redrive } from "../../requests/lifecycle/redrive.ts";
import { isFinal, type RequestState, requestMoves, stoppableStates } from "../../requests/state.ts";
import type { FileView, RequestView } from "../../requests/views.ts";
import { mayOn } from "../../users/policy.ts";
import { redirectTo } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page } from "../page.ts";
import { PostForm } from "../post-form.tsx";
import type { PageContext } from "../visitor.ts";
import { counted } from "../words.ts";

export interface May {
  cancel: boolean;
  /** let files that workers gave back too often go to all workers again */
  release: boolean;
  redrive: boolean;
  delete: boolean;
}

const redrivable: readonly RequestState[] = requestMoves.redrive.from;

/** What this caller may do with it now. */
export function actionsOf(caller: Caller, view: RequestView): May {
  const mayChange = mayOn(caller, "request.change", view);
  const isStoppable = stoppableStates.includes(view.state);
  return {
    cancel: mayChange && isStoppable,
    release: mayChange && isStoppable,
    redrive: mayChange && redrivable.includes(view.state) && view.counters.failed > 0,
    delete: isFinal(view.state) && mayOn(caller, "request.delete", view),
  };
}

export function Actions({
  ctx,
  view,
  withheld,
  may,
  links,
}: {
  ctx: PageContext;
  view: RequestView;
  /** files that workers gave back too often */
  withheld: number;
  may: May;
  links: Links;
}) {
  const { id, state, counters } = view;
  return (
    <div id="actions" data-part class="actions">
      {may.cancel ? (
        <Action ctx={ctx} to={links.request(id, "/cancel")}>
          Cancel
        </Action>
      ) : null}
      {may.release && withheld > 0 ? (
        <Action ctx={ctx} to={links.request(id, "/redrive")}>
          Let all workers try {counted(withheld, "file")} given back
        </Action>
      ) : null}
      {may.redrive ? (
        <Action ctx={ctx} to={links.request(id, "/redrive")}>
          Try {counted(counters.failed, "failed file")} again
        </Action>
      ) : null}
      {isFinal(state) ? <a href={links.to(`/v1/requests/${id}/receipt`)}>Receipt</a> : null}
      {may.delete ? <a href={links.request(id, "/delete")}>Delete…</a> : null}
    </div>
  );
}

/** For one file that failed, or that workers gave back too often. */
export function FileAction({
  ctx,
  view,
  file: { file, state, given_back: givenBack },
  may,
  links,
}: {
  ctx: PageContext;
  view: RequestView;
  file: Pick<FileView, "file" | "state" | "given_back">;
  may: May;
  links: Links;
}) {
  const isWithheld = may.release && givenBack?.withheld;
  if (!isWithheld && !(may.redrive && state === "failed")) return null;
  return (
    <div class="actions">
      <Action ctx={ctx} to={links.request(view.id, "/redrive")} file={file}>
        {isWithheld ? "Let all workers try it" : "Try it again"}
      </Action>
    </div>
  );
}

interface ActionOf {
  ctx: PageContext;
  to: string;
  file?: number;
  children?: Child;
}

function Action({ ctx, to, file, children }: ActionOf) {
  return (
    <PostForm ctx={ctx} action={to}>
      {file === undefined ? null : <input type="hidden" name="file" value={String(file)} />}
      <button type="submit">{children}</button>
    </PostForm>
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

const chosen = z.object({
  error: z.string().max(100).optional(),
  file: fileParams.shape.file.optional(),
});

/** Of one error group or file, of all failed files, or of all that workers gave back too often. */
const redriveRequest: Page = {
  method: "post",
  path: "/requests/{id}/redrive",
  access: "request.change",
  async answer({ ctx, caller, links, params, form, gone }) {
    const { error, file } = parseParameters(chosen, form);
    const { id } = parsePathParameters(requestParams, params);
    const only = {
      ...(error !== undefined && { errors: [error] }),
      ...(file !== undefined && { files: [file] }),
    };
    const { request } = await redrive(ctx, id, caller, only, gone());
    return redirectTo(links.request(request.id));
  },
};

export const actionPages: Page[] = [cancelRequest, redriveRequest];
