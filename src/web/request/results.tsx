import { z } from "zod";
import { encodeCursor } from "../../cursor.ts";
import { notFound } from "../../errors.ts";
import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { requestParams, wholeNumber } from "../../http/schemas/params.ts";
import { listResults } from "../../requests/read/results.ts";
import { isFinal } from "../../requests/state.ts";
import type { RequestView } from "../../requests/views.ts";
import { redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Pager, Path, Table } from "../parts.tsx";
import { bytes, shownPath } from "../words.ts";

const perPage = 25;
const query = z.object({ after: z.string().max(1000).optional() });
const columns = [{ title: "Result" }, { title: "Of" }, { title: "Size", class: "number wide" }];
const resultParams = requestParams.extend({ result: wholeNumber(Number.MAX_SAFE_INTEGER) });

/** The results of the last step with the input of each. */
export async function Results({ call, view }: { call: PageCall; view: RequestView }) {
  const { ctx, caller, links } = call;
  const { after } = parseParameters(query, call.query);
  const { items } = await listResults(ctx, view.id, caller, { after, limit: perPage + 1 });
  const shown = items.slice(0, perPage);
  const next = items.length > perPage ? encodeCursor([shown.at(-1)?.seq ?? 0]) : undefined;
  const here = links.request(view.id);
  return (
    <section id="results" data-part aria-labelledby="results-title">
      <h2 id="results-title">Results</h2>
      {shown.length === 0 ? (
        <p>There are none{after ? " more" : isFinal(view.state) ? "" : " yet"}.</p>
      ) : (
        <Table
          columns={columns}
          rows={shown.map(({ seq, name, size, file, input }) => [
            <a href={links.request(view.id, `/results/${seq}`)} download>
              <bdi class="path">{shownPath(name, 120)}</bdi>
            </a>,
            file === null ? (
              "the whole request"
            ) : (
              <a href={links.request(view.id, `/files/${file}`)}>
                <Path paths={input === null ? [] : [input]} />
              </a>
            ),
            bytes(size),
          ])}
        />
      )}
      {shown.length > 0 && ctx.urls.s3 ? (
        <p>
          <a href={links.request(view.id, "/s3")}>Read them with an S3 client</a>: aws, boto3,
          rclone, DuckDB or pandas
        </p>
      ) : null}
      <Pager
        first={after !== undefined && { href: `${here}#results`, label: "First results" }}
        next={
          next !== undefined && { href: `${here}?after=${next}#results`, label: "Next results" }
        }
      />
    </section>
  );
}

/** Redirects to an address signed now: one written into a page could expire while that is open. */
const download: Page = {
  method: "get",
  path: "/requests/{id}/results/{result}",
  access: "request.read",
  async answer({ ctx, caller, params }) {
    const { id, result } = parsePathParameters(resultParams, params);
    const after = encodeCursor([result - 1]);
    const [found] = (await listResults(ctx, id, caller, { after, limit: 1 })).items;
    if (found?.seq !== result) throw notFound("result", String(result));
    return redirectTo(found.url);
  },
};

export const resultPages: Page[] = [download];
