import { z } from "zod";
import { RequestError } from "../../errors.ts";
import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { deleteRequest } from "../../requests/lifecycle/delete.ts";
import { readRequest } from "../../requests/read/request.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { counted, nameOf } from "../words.ts";

const path = "/requests/{id}/delete";
const access = "request.delete";
/** A page that waits longer looks broken; the rest is removed after the answer. */
const waitSeconds = 5;

const question: Page = {
  method: "get",
  path,
  access,
  async answer({ ctx, caller, links, params }) {
    const { id } = parsePathParameters(requestParams, params);
    const view = await readRequest(ctx, id, caller, access);
    return pageReply(
      ctx,
      { title: "Delete" },
      <>
        <h1>Delete this request?</h1>
        <p class="sentence">
          <Text>{nameOf(view)}</Text>, its results and the history of its{" "}
          {counted(view.counters.total, "file")} are removed for good. Its receipt stays.
        </p>
        <PostForm ctx={ctx} action={links.request(id, "/delete")} class="actions">
          <input type="hidden" name="confirm" value="yes" />
          <button type="submit" class="danger">
            Delete it
          </button>
          <a href={links.request(id)}>Keep it</a>
        </PostForm>
      </>,
    );
  },
};

const form = z.object({ confirm: z.string().optional() });

const deletion: Page = {
  method: "post",
  path,
  access,
  async answer({ ctx, caller, links, params, form: sent }) {
    const { id } = parsePathParameters(requestParams, params);
    await readRequest(ctx, id, caller, access);
    if (parseParameters(form, sent).confirm !== "yes")
      throw new RequestError(400, "not_confirmed", "Nothing is deleted without confirm=yes.");
    await deleteRequest(ctx, id, caller, { waitSeconds });
    return redirectTo(links.to("/"));
  },
};

export const deletePages: Page[] = [question, deletion];
