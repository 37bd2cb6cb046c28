// What a caller claims to have signed, with which key and when. The signature is checked later.
import type { IncomingMessage } from "node:http";
import { type Address, parameter } from "./address.ts";
import { S3Error } from "./s3-error.ts";

export interface Claim {
  accessKey: string;
  date: string;
  region: string;
  longDate: string;
  signedHeaders: string[];
  signature: string;
  payloadHash: string;
}

const skewMilliseconds = 15 * 60 * 1000;
/** AWS allows presigned URLs a week; the ServiceX client asks for a year. */
export const longestExpiry = 366 * 24 * 3600;

/** From the Authorization header, at most 15 minutes old or early. */
export function claimOfHeader(header: string, request: IncomingMessage, now: number): Claim {
  const [, fields] = /^AWS4-HMAC-SHA256\s+(.+)$/s.exec(header) ?? [];
  if (fields === undefined)
    throw new S3Error(
      "InvalidRequest",
      "The authorization mechanism you have provided is not supported. Please use " +
        "AWS4-HMAC-SHA256.",
    );
  const named = new Map(
    fields
      .split(",")
      .map((field) => [field.trim().split("=", 1)[0] ?? "", field.trim().replace(/^[^=]*=/, "")]),
  );
  const credential = readCredential(named.get("Credential"));
  const signature = named.get("Signature");
  if (!credential || signature === undefined) throw new S3Error("AuthorizationHeaderMalformed");
  const payloadHash = request.headers["x-amz-content-sha256"];
  if (typeof payloadHash !== "string")
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  const longDate = dateOf(request);
  if (longDate.slice(0, 8) !== credential.date)
    throw new S3Error(
      "AuthorizationHeaderMalformed",
      "Invalid credential date: it is not that of x-amz-date.",
    );
  const away = Math.abs(timeOf(longDate) - now);
  if (!(away <= skewMilliseconds)) {
    throw new S3Error("RequestTimeTooSkewed", undefined, {
      details: {
        RequestTime: longDate,
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: String(skewMilliseconds),
      },
    });
  }
  return {
    ...credential,
    longDate,
    signature,
    payloadHash,
    signedHeaders: headerNames(named.get("SignedHeaders")),
  };
}

/** From the query of a presigned URL that has not expired. */
export function claimOfQuery(query: Address["query"], now: number): Claim {
  const algorithm = parameter(query, "X-Amz-Algorithm");
  if (algorithm === undefined) throw new S3Error("AccessDenied");
  const credential = readCredential(parameter(query, "X-Amz-Credential"));
  const longDate = parameter(query, "X-Amz-Date") ?? "";
  const signature = parameter(query, "X-Amz-Signature");
  const expires = Number(parameter(query, "X-Amz-Expires") ?? Number.NaN);
  if (
    algorithm !== "AWS4-HMAC-SHA256" ||
    !credential ||
    signature === undefined ||
    Number.isNaN(timeOf(longDate))
  ) {
    throw new S3Error("AuthorizationQueryParametersError");
  }
  if (!(expires >= 1 && expires <= longestExpiry)) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      `X-Amz-Expires must be between 1 and ${longestExpiry} seconds`,
    );
  }
  if (longDate.slice(0, 8) !== credential.date)
    throw new S3Error(
      "AuthorizationQueryParametersError",
      "Invalid credential date: it is not that of X-Amz-Date.",
    );
  if (timeOf(longDate) > now + skewMilliseconds)
    throw new S3Error("AccessDenied", "Request is not yet valid");
  const end = timeOf(longDate) + expires * 1000;
  if (end <= now) {
    throw new S3Error("AccessDenied", "Request has expired", {
      details: {
        "X-Amz-Expires": String(expires),
        Expires: new Date(end).toISOString(),
        ServerTime: new Date(now).toISOString(),
      },
    });
  }
  const signedHeaders = headerNames(parameter(query, "X-Amz-SignedHeaders"));
  return {
    ...credential,
    longDate,
    signature,
    signedHeaders,
    payloadHash: parameter(query, "X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
  };
}

function readCredential(
  text: string | undefined,
): { accessKey: string; date: string; region: string } | undefined {
  const [, accessKey, date, region] =
    /^([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(text ?? "") ?? [];
  return accessKey !== undefined && date !== undefined && region !== undefined
    ? { accessKey, date, region }
    : undefined;
}

function headerNames(text: string | undefined): string[] {
  return (text ?? "").split(";").filter((name) => name !== "");
}

function dateOf(request: IncomingMessage): string {
  const given = request.headers["x-amz-date"] ?? request.headers.date;
  const text =
    typeof given === "string" && !/^\d{8}T\d{6}Z$/.test(given) ? compact(new Date(given)) : given;
  if (typeof text !== "string" || Number.isNaN(timeOf(text)))
    throw new S3Error(
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  return text;
}

function compact(date: Date): string {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function timeOf(longDate: string): number {
  return Date.parse(
    longDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
}
