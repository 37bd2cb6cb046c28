import type { IncomingMessage } from "node:http";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { checkContentType } from "../../http/json/content-type.ts";
import { decodeUtf8, parseJson, readBytes } from "../../http/json/read-bytes.ts";
import { defaultMostValues } from "../../http/json/read-json.ts";
import { JsonScan } from "../../json/scan.ts";
import { BadJobError, texts } from "./errors.ts";
import type { Upload, Version } from "./question.ts";
import { mostDataBytes, withForm } from "./read-form.ts";

interface Sent {
  /** undefined where there is none */
  data: unknown;
  uploads: readonly Upload[];
}

const rules = { mostValues: defaultMostValues };

/** Calls `use` with the JSON of a POST, and with what came with it; uploads are gone afterwards. */
export async function withData<Result>(
  { config }: Deps<"config">,
  request: IncomingMessage,
  version: Version,
  use: (sent: Sent) => Promise<Result>,
): Promise<Result> {
  if (version === "v1" && !isOf(request, "application/json"))
    return use({ data: undefined, uploads: [] });
  if (version === "v2" && isOf(request, "multipart/form-data"))
    return withForm(request, config, ({ data, uploads }) => {
      if (data) new JsonScan(rules).feed(data);
      return use({ data: data && jsonOf(data, version), uploads });
    });
  checkContentType(request);
  const bytes = await readBytes(request, mostDataBytes / 2 ** 20, rules);
  return use({ data: jsonOf(bytes, version), uploads: [] });
}

function jsonOf(bytes: Buffer, version: Version): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(decodeUtf8(bytes));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const text = texts.malformed;
    throw new BadJobError({ data: version === "v1" ? text : [text] });
  }
}

function isOf({ headers }: IncomingMessage, type: string): boolean {
  const [mediaType = ""] = (headers["content-type"] ?? "").split(";");
  return mediaType.trim().toLowerCase() === type;
}
