import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { ifExists } from "./errors.ts";

interface Listed {
  name: string;
  size: number;
  modifiedAt: Date;
}

/** In the order of UTF-8 bytes, a page at a time. Nothing if there is no bucket. */
export async function* objects(
  client: S3Client,
  { Bucket, prefix }: { Bucket: string; prefix: string },
  options: { prefix?: string; after?: string; limit?: number },
): AsyncGenerator<Listed> {
  const request = {
    Bucket,
    Prefix: prefix + (options.prefix ?? ""),
    ...(options.after && { StartAfter: prefix + options.after }),
    MaxKeys: Math.min(options.limit ?? 1000, 1000),
  };
  for await (const page of pages(client, request)) {
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key !== undefined)
        yield {
          name: Key.slice(prefix.length),
          size: Size ?? 0,
          modifiedAt: LastModified ?? new Date(0),
        };
    }
  }
}

/** The first-level folders below a prefix, without it. */
export async function folders(
  client: S3Client,
  { Bucket, prefix }: { Bucket: string; prefix: string },
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages(client, { Bucket, Prefix: prefix, Delimiter: "/" })) {
    for (const { Prefix } of page.CommonPrefixes ?? [])
      if (Prefix) found.push(Prefix.slice(prefix.length, -1));
  }
  return found;
}

async function* pages(
  client: S3Client,
  request: { Bucket: string; [option: string]: unknown },
): AsyncGenerator<ListObjectsV2CommandOutput> {
  for (let token: string | undefined; ; ) {
    const page = await ifExists(() =>
      client.send(new ListObjectsV2Command({ ...request, ContinuationToken: token })),
    );
    if (!page) return;
    yield page;
    if (!page.IsTruncated) return;
    token = page.NextContinuationToken;
  }
}
