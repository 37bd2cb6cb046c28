import { z } from "zod";
import type { FileList } from "../../../datasets/chunks.ts";
import type { FoundFile } from "../../../datasets/contract.ts";
import { receiveFiles } from "../../../datasets/receive.ts";
import { withLongList } from "../../../http/json/long-list.ts";
import { parse } from "../../../http/parse.ts";
import type { Reply } from "../../../http/route.ts";
import type { Call, Endpoint } from "../../endpoint.ts";
import { isForm, readJsonOrForm } from "../body.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { datasetOf } from "./dataset-of.ts";
import { plainPath } from "./paths.ts";

const mostMegabytes = 64;
/** of a form, which carries one file, or of a list that is sent as one */
const mostFormMegabytes = 4;
const mostFiles = 1_000_000;
const amount = z.coerce
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .nullish()
  .catch(undefined);

const file = z.object({
  paths: z.union([
    z.array(z.string().min(1)).min(1),
    z
      .string()
      .min(1)
      .transform((path) => [path]),
  ]),
  adler32: z.union([z.string(), z.number().transform(String)]).nullish(),
  file_size: amount,
  file_events: amount,
});

/** Of a list, each is parsed by itself while the list arrives. */
const found = file.transform(toFound);
const body = z.union([z.array(found), found.transform((one) => [one])]);

/** One file or a list; a file that is sent again adds nothing. */
export const filesFound: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/files`,
  access: "lookup.report",
  hot: true,
  async answer(call) {
    const { ctx, request } = call;
    if (isForm(request))
      return record(call, parse(body, await readJsonOrForm(request, mostFormMegabytes)));
    return withLongList(request, listed, ctx.config, ({ list = [] }) => record(call, list));
  },
};

const listed = {
  schema: body,
  megabytes: mostMegabytes,
  list: { path: [], element: found, most: mostFiles },
  text: "replace",
} as const;

async function record(
  { ctx, caller, params, response }: Call,
  files: FileList<FoundFile>,
): Promise<Reply> {
  const { dataset, answer } = await retryWhileUnavailable(response, () =>
    datasetOf(ctx, params.id ?? "", caller),
  );
  await retryWhileUnavailable(response, () => receiveFiles(ctx, dataset, caller, files));
  return { status: 200, body: answer };
}

function toFound({ paths, adler32, file_size, file_events }: z.output<typeof file>): FoundFile {
  return {
    paths,
    ...(file_size == null ? {} : { size: file_size }),
    ...(file_events == null ? {} : { events: file_events }),
    ...(adler32 == null ? {} : { checksum: adler32 }),
  };
}
