import { readAddress } from "../../src/s3/address.ts";
import type { Credentials } from "../../src/s3/credentials.ts";
import { makeSigner, requestSignature, type Signer } from "../../src/s3/signature.ts";

export interface Signed {
  headers: Record<string, string>;
  signer: Signer;
  signature: string;
}

/**
 * Signs all the headers given, with the service's own signer: signature.test.ts holds it to AWS.
 */
export function sign(
  { accessKey, secretKey }: Credentials,
  method: string,
  url: string,
  given: Record<string, string>,
  date = new Date(),
): Signed {
  const longDate = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const signer = makeSigner(secretKey, { longDate, region: "eu-central-1" });
  const headers: Record<string, string> = { ...given, "x-amz-date": longDate };
  const signedHeaders = Object.keys(headers).sort();
  const { path, query } = readAddress(url);
  const payloadHash = headers["x-amz-content-sha256"] ?? "";
  const signature = requestSignature(signer, {
    method,
    path,
    query,
    headers,
    signedHeaders,
    payloadHash,
  });
  headers.authorization =
    `AWS4-HMAC-SHA256 Credential=${accessKey}/${signer.credentialScope}, ` +
    `SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { headers, signer, signature };
}
