import { parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { readRequest } from "../../requests/read/request.ts";
import { s3Access } from "../../s3/access.ts";
import { pageReply } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Copy, Facts, Text } from "../parts.tsx";
import { nameOf } from "../words.ts";

/** A page of its own: it shows secrets, which a request's page, left open, should not. */
const page: Page = {
  method: "get",
  path: "/requests/{id}/s3",
  access: "request.read",
  async answer({ ctx, caller, links, params }) {
    const { id } = parsePathParameters(requestParams, params);
    const view = await readRequest(ctx, id, caller);
    const access = await s3Access(ctx, id, caller);
    return pageReply(
      ctx,
      { title: "S3 keys" },
      <>
        <p>
          <a href={links.request(id)}>The request</a>
        </p>
        <h1>
          S3 keys of <Text most={200}>{nameOf(view)}</Text>
        </h1>
        <p class="notice">
          These are secrets: whoever has them can read the results of this request until it is
          deleted, its results expire or the keys are revoked.
        </p>
        <Facts
          rows={[
            ["Endpoint", <code>{access.endpoint}</code>],
            ["Region", <code>{access.region}</code>],
            ["Bucket", <code>{access.bucket}</code>],
            ["Access key", <code>{access.access_key}</code>],
            ["Secret key", <code>{access.secret_key}</code>],
          ]}
        />
        {access.lines.map(({ tool, text }) => (
          <section aria-labelledby={tool}>
            <h2 id={tool}>{tool}</h2>
            <Copy id={`${tool}-lines`} label={`the lines for ${tool}`} text={text} />
          </section>
        ))}
      </>,
    );
  },
};

export const s3Pages: Page[] = [page];
