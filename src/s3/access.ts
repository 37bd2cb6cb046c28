// What a user needs to read a request's results with an S3 client: the address, the keys of this
// request, and lines that are ready to run.
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { keyGeneration } from "../requests/keys/keys.ts";
import { readRequest } from "../requests/read/request.ts";
import type { RequestView } from "../requests/views.ts";
import { region } from "./buckets.ts";
import { requestCredentials } from "./credentials.ts";
import { type Lines, linesFor, type TableFormat, tableFormats } from "./lines.ts";

export interface S3Access {
  endpoint: string;
  region: string;
  bucket: string;
  access_key: string;
  secret_key: string;
  lines: Lines[];
}

/** Returns secrets: they go into an answer to this caller alone, never into a cache or a log. */
export async function s3Access(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
  caller: Caller,
): Promise<S3Access> {
  const request = await readRequest(ctx, id, caller);
  const endpoint = ctx.urls.s3?.();
  if (endpoint === undefined)
    throw new RequestError(
      409,
      "no_s3_endpoint",
      "This process has no S3 endpoint: ask a process of the service that has the role `api`.",
    );
  const generation = await keyGeneration(ctx, request.id, "read");
  const { accessKey, secretKey } = requestCredentials(
    ctx.signingKey,
    request.id,
    "read",
    generation,
  );
  const access = {
    endpoint: endpoint.replace(/\/$/, ""),
    region,
    bucket: request.id,
    access_key: accessKey,
    secret_key: secretKey,
  };
  return { ...access, lines: linesFor(access, formatOf(request)) };
}

/** Results of other operations may have any format: for those, the lines are an example. */
function formatOf({ steps }: RequestView): TableFormat {
  const format = steps.at(-1)?.settings.format;
  return tableFormats.find((known) => known === format) ?? "parquet";
}
