import type { IncomingMessage } from "node:http";
import { RequestError } from "../errors.ts";
import { checkText, sanitizeText } from "./text.ts";

export type TextRule = "refuse" | "mend";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * The JSON of a body. Refuses what is too large, in another encoding, or has characters that
 * Postgres cannot store.
 */
export async function readJson(
  request: IncomingMessage,
  limitMegabytes: number,
  textRule: TextRule,
): Promise<unknown> {
  checkContentType(request);
  const bytes = await readBytes(request, limitMegabytes);
  if (bytes.length === 0)
    throw new RequestError(400, "bad_json", "The body is empty; a JSON object is expected.");
  const json = decodeUtf8(bytes);
  const value = parseJson(json);
  return textRule === "mend" ? sanitizeText(value, json) : checkText(value, json);
}

function checkContentType(request: IncomingMessage): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new RequestError(
      415,
      "unsupported_encoding",
      `A body with Content-Encoding ${JSON.stringify(encoding)} is not taken; send it as it is.`,
    );
  }
  const type = request.headers["content-type"];
  if (type === "application/json") return;
  if (type === undefined)
    throw new RequestError(
      415,
      "unsupported_media_type",
      "The Content-Type is missing; application/json is expected.",
    );
  const [mediaType = "", ...parameters] = type.split(";").map((part) => part.trim().toLowerCase());
  if (mediaType !== "application/json") {
    throw new RequestError(
      415,
      "unsupported_media_type",
      `The Content-Type ${JSON.stringify(type)} is not taken; application/json is expected.`,
    );
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length);
  if (charset !== undefined && !["utf-8", "utf8", '"utf-8"'].includes(charset)) {
    throw new RequestError(
      415,
      "unsupported_media_type",
      `The charset ${JSON.stringify(charset)} is not taken; JSON is UTF-8.`,
    );
  }
}

/**
 * A body that is too large is read further before the answer: a client that is still sending would
 * not see it.
 */
export function readBytes(request: IncomingMessage, limitMegabytes: number): Promise<Buffer> {
  const limit = limitMegabytes * 1024 * 1024;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () =>
      reject(
        new RequestError(
          413,
          "too_large",
          `The body is larger than ${limitMegabytes} MB, the most that is taken here.`,
        ),
      );
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > 4 * limit) tooLarge();
    });
    request.on("end", () =>
      size > limit
        ? tooLarge()
        : resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on("close", () => {
      if (!request.complete)
        reject(new RequestError(400, "incomplete", "The connection ended before the body did."));
    });
  });
}

export function decodeUtf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new RequestError(400, "bad_encoding", "The body is not valid UTF-8.", [
      { pointer: "", detail: (error as Error).message },
    ]);
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(
      400,
      "bad_json",
      `The body is not valid JSON: ${(error as Error).message}.`,
    );
  }
}
