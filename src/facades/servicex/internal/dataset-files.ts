import { z } from "zod";
import type { FoundFile } from "../../../datasets/contract.ts";
import { receiveFiles } from "../../../datasets/receive.ts";
import { parse } from "../../../http/parse.ts";
import { readJsonOrForm } from "../body.ts";
import type { Endpoint } from "../endpoint.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { datasetOf } from "./dataset-of.ts";
import { plainPath } from "./paths.ts";

const mostMegabytes = 64;
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

const body = z.union([z.array(file), file.transform((one) => [one])]);

/** One file or a list; a file that is sent again adds nothing. */
export const filesFound: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/files`,
  access: "lookup.report",
  hot: true,
  async answer({ ctx, caller, params, request, response }) {
    const files = parse(body, await readJsonOrForm(request, mostMegabytes)).map(toFound);
    const { dataset, answer } = await retryWhileUnavailable(response, () =>
      datasetOf(ctx, params.id ?? "", caller),
    );
    await retryWhileUnavailable(response, () => receiveFiles(ctx, dataset, caller, files));
    return { status: 200, body: answer };
  },
};

function toFound({ paths, adler32, file_size, file_events }: z.output<typeof file>): FoundFile {
  return {
    paths,
    ...(file_size == null ? {} : { size: file_size }),
    ...(file_events == null ? {} : { events: file_events }),
    ...(adler32 == null ? {} : { checksum: adler32 }),
  };
}
