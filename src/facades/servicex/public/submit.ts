import { z } from "zod";
import type { Caller } from "../../../auth/caller.ts";
import type { FileList } from "../../../datasets/chunks.ts";
import type { Context } from "../../../deps.ts";
import { RequestError } from "../../../errors.ts";
import { checkContentType } from "../../../http/json/content-type.ts";
import { type ReadLongList, withLongList } from "../../../http/json/long-list.ts";
import { type Reply, untilGone } from "../../../http/route.ts";
import { submit } from "../../../requests/lifecycle/submit.ts";
import type { Endpoint } from "../../endpoint.ts";
import type { EchoedFields } from "../echoed-fields.ts";
import { badRequest } from "../errors.ts";
import { stepOf } from "../generators.ts";
import { resultDestinations, resultFormats } from "../words.ts";
import { longestTitle } from "./info.ts";

const mostMegabytes = 64;
const mostFiles = 1_000_000;
const file = z.string().min(1).max(4_096);

const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number),
]);

/** Keys that are not here are ignored, as ServiceX does: each client sends some of its own. */
const body = z.object({
  title: z.string().max(longestTitle).nullish(),
  did: z.string().nullish(),
  "file-list": z.array(file).max(mostFiles).nullish(),
  selection: z.string().nullish(),
  codegen: z.string().nullish(),
  image: z.string().nullish(),
  "tree-name": z.string().max(1_000).nullish(),
  workers: wholeNumber.pipe(z.int().min(1).max(100_000)).nullish(),
  "result-destination": z.enum(resultDestinations),
  "result-format": z.enum(resultFormats).nullish(),
});

const listed = {
  schema: body,
  megabytes: mostMegabytes,
  list: { path: ["file-list"], element: file, most: mostFiles, isOfFiles: true },
  text: "refuse",
} as const;

export const submitTransformation: Endpoint = {
  method: "post",
  path: "/servicex/transformation",
  access: "request.submit",
  async answer({ ctx, caller, request, response }) {
    checkContentType(request);
    return withLongList(request, listed, ctx.config, (read) =>
      record(ctx, caller, read, untilGone(response)),
    );
  },
};

async function record(
  ctx: Context,
  caller: Caller,
  { body: parsed, list }: ReadLongList<z.output<typeof body>, string>,
  gone: AbortSignal,
): Promise<Reply> {
  const destination = parsed["result-destination"];
  const dataset = datasetOf(parsed.did, list);
  const { codegen, steps } = stepOf(ctx, parsed.codegen, {
    selection: parsed.selection,
    format: parsed["result-format"] ?? "parquet",
    destination,
    image: parsed.image ?? undefined,
  });
  const servicex: EchoedFields = {
    codegen,
    "tree-name": parsed["tree-name"] ?? null,
    "result-destination": destination,
    "result-format": parsed["result-format"] ?? "parquet",
  };
  const input = {
    title: parsed.title ?? undefined,
    dataset,
    steps,
    workers: parsed.workers ?? undefined,
    facade: { servicex },
  };
  const { request: view } = await asBadRequest(submit(ctx, caller, input, { gone }));
  return { status: 200, body: { request_id: view.id } };
}

/** An entry of a list is one path: a comma in it is a comma, not a second replica. */
function datasetOf(
  did: string | null | undefined,
  files: FileList<string> | undefined,
): { did: string } | { files: FileList<string> } {
  const list = files?.length ? files : undefined;
  if (did && !list) return { did };
  if (list && !did) return { files: list };
  throw badRequest("400 Bad Request: Must provide did or file-list but not both");
}

/** ServiceX's clients show the sentence of a 400, and repeat a 5xx. */
async function asBadRequest<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RequestError && error.status === 422) throw badRequest(error.message);
    throw error;
  }
}
