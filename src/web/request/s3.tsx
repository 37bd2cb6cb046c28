import { parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { readRequest } from "../../requests/read/request.ts";
import { s3Access } from "../../s3/access.ts";
import { openToAnyone } from "../../settings/contradictions.ts";
import { pageReply } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Copy, Facts, Text } from "../parts.tsx";

/** A page of its own: it shows secrets, which a request's page, left open, should not. */
const page: Page = {
  method: "get",
  path: "/requests/{id}/s3",
  access: "request.read",
  async answer({ ctx, caller, links, params }) {
    const { id } = parsePathParameters(requestParams, params);
    const { title, number } = await readRequest(ctx, id, caller);
    const access = await s3Access(ctx, id, caller);
    return pageReply(
      { title: "S3 keys", links, warning: openToAnyone(ctx.config) },
      <>
        <p>
          <a href={links.request(id)}>The request</a>
        </p>
        <h1>
          S3 keys of <Text most={200}>{title ?? `Request ${number}`}</Text>
        </h1>
        <p class="notice">
          These are secrets: whoever has them reads the results of this request, until it is
          deleted, its results expire or they are revoked.
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
