// The signature of version 4 as the AWS SDK's own signer makes it, over what the caller says to have signed.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Sha256 } from "@smithy/core/checksum";
import { escapeUri } from "@smithy/core/protocols";
import {
  ALGORITHM_IDENTIFIER,
  createScope,
  getCanonicalHeaders,
  getSigningKey,
  SignatureV4Base,
} from "@smithy/signature-v4";
import type { Query } from "./address.ts";
import type { KnownKey } from "./credentials.ts";

export interface Scope {
  /** YYYYMMDD'T'HHMMSS'Z' */
  longDate: string;
  region: string;
}

export interface Signed {
  method: string;
  /** decoded, from "/" on */
  path: string;
  query: Query;
  headers: IncomingHttpHeaders;
  signedHeaders: string[];
  payloadHash: string;
}

/** Signs for one key, day and region. */
export class ExpectedSignature extends SignatureV4Base {
  private readonly scope: Scope;
  private readonly secretKey: string;
  private readonly accessKey: string;

  constructor(accessKey: string, { secretKey }: KnownKey, scope: Scope) {
    super({
      service: "s3",
      region: scope.region,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      sha256: Sha256,
      uriEscapePath: false,
    });
    this.scope = scope;
    this.secretKey = secretKey;
    this.accessKey = accessKey;
  }

  get longDate(): string {
    return this.scope.longDate;
  }

  get credentialScope(): string {
    return createScope(this.scope.longDate.slice(0, 8), this.scope.region, "s3");
  }

  async ofRequest({
    method,
    path,
    query,
    headers,
    signedHeaders,
    payloadHash,
  }: Signed): Promise<string> {
    const named = Object.fromEntries(
      signedHeaders.map((name) => [
        name,
        Object.hasOwn(headers, name) ? headerText(headers[name]) : "",
      ]),
    );
    const escapedPath = path.split("/").map(escapeUri).join("/");
    const request = {
      method,
      path: escapedPath,
      query,
      headers: named,
      protocol: "http:",
      hostname: "",
    };
    const canonical = this.createCanonicalRequest(
      request,
      getCanonicalHeaders(request, undefined, new Set(signedHeaders)),
      payloadHash,
    );
    return this.ofText(
      await this.createStringToSign(
        this.scope.longDate,
        this.credentialScope,
        canonical,
        ALGORITHM_IDENTIFIER,
      ),
    );
  }

  async ofText(text: string): Promise<string> {
    const credentials = { accessKeyId: this.accessKey, secretAccessKey: this.secretKey };
    const key = await getSigningKey(
      Sha256,
      credentials,
      this.scope.longDate.slice(0, 8),
      this.scope.region,
      "s3",
    );
    return createHmac("sha256", key).update(text).digest("hex");
  }
}

export function sameText(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function headerText(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}
