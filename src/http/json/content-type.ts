import type { IncomingMessage } from "node:http";
import { RequestError } from "../../errors.ts";

/** Refuses what is not JSON in UTF-8, and what is compressed. */
export function checkContentType(request: IncomingMessage): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new RequestError(
      415,
      "unsupported_encoding",
      `The Content-Encoding ${JSON.stringify(encoding)} is not supported; send the body ` +
        "uncompressed.",
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
      `The Content-Type ${JSON.stringify(type)} is not supported; application/json is expected.`,
    );
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length);
  if (charset !== undefined && !["utf-8", "utf8", '"utf-8"'].includes(charset)) {
    throw new RequestError(
      415,
      "unsupported_media_type",
      `The charset ${JSON.stringify(charset)} is not supported; JSON is UTF-8.`,
    );
  }
}
