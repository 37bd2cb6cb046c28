import type { Readable } from "node:stream";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { S3Store } from "../settings/store-url.ts";
import { dispositionOf } from "./browser-headers.ts";
import type { Store, StoredObject } from "./contract.ts";
import { checkBucket, checkName } from "./names.ts";
import { ifExists, ifUnchanged, isNoBucket, translateErrors } from "./s3/errors.ts";
import { folders, objects } from "./s3/pages.ts";
import { layoutOf } from "./s3/place.ts";
import { refusesTakenNames } from "./s3/probe.ts";
import { putNew } from "./s3/put-new.ts";
import { upload } from "./s3/upload.ts";
import { rangeHeader, toObject, wholeSize } from "./s3/words.ts";

/** the longest that S3 allows */
const longestUrlSeconds = 7 * 24 * 3600;
const removedAtOnce = 1000;
const checkMilliseconds = 5000;

export async function openS3Store(settings: S3Store): Promise<Store> {
  const client = new S3Client(clientOptions(settings));
  const presigner = settings.publicEndpoint
    ? new S3Client(clientOptions({ ...settings, endpoint: settings.publicEndpoint }))
    : client;
  const layout = layoutOf(settings);
  const made = new Set<string>();
  let probing: Promise<boolean> | undefined;

  function place(bucket: string, name: string): { Bucket: string; Key: string } {
    checkBucket(bucket);
    checkName(name);
    const { Bucket, prefix } = layout.place(bucket);
    return { Bucket, Key: prefix + name };
  }

  async function haveBucket(bucket: string): Promise<void> {
    if (layout.shared || made.has(bucket)) return;
    const there = await ifExists(() => client.send(new HeadBucketCommand({ Bucket: bucket })));
    if (!there)
      await translateErrors(() =>
        client.send(new CreateBucketCommand({ Bucket: bucket })).catch(ignoreOwnedAlready),
      );
    made.add(bucket);
  }

  /** Asked once, in the first bucket that is written to; again after an error. */
  function refusesTaken(bucket: string): Promise<boolean> {
    probing ??= translateErrors(() => refusesTakenNames(client, layout.place(bucket)));
    probing.catch(() => {
      probing = undefined;
    });
    return probing;
  }

  async function head(bucket: string, name: string): Promise<StoredObject | undefined> {
    const target = place(bucket, name);
    const answer = await ifExists(() =>
      client.send(new HeadObjectCommand({ ...target, ChecksumMode: "ENABLED" })),
    );
    return answer && toObject(bucket, name, answer.ContentLength ?? 0, answer);
  }

  async function list(
    bucket: string,
    options: { prefix?: string; after?: string; limit?: number } = {},
  ): Promise<StoredObject[]> {
    checkBucket(bucket);
    const found: StoredObject[] = [];
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    if (limit <= 0) return found;
    for await (const object of objects(client, layout.place(bucket), options)) {
      found.push({ bucket, ...object });
      if (found.length >= limit) break;
    }
    return found;
  }

  async function removeKeys(Bucket: string, keys: string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += removedAtOnce) {
      const some = keys.slice(at, at + removedAtOnce).map((Key) => ({ Key }));
      const answer = await ifExists(() =>
        client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: some, Quiet: true } })),
      );
      const [failed] = answer?.Errors?.filter(({ Code }) => Code !== "NoSuchKey") ?? [];
      if (failed)
        throw new Error(
          `The object store could not remove ${failed.Key}: ${failed.Code} ${failed.Message}`,
        );
    }
  }

  const expiry = (seconds: number) => ({
    expiresIn: Math.min(Math.ceil(seconds), longestUrlSeconds),
  });

  return {
    kind: "s3",

    async put(bucket, name, body, options = {}) {
      const target = place(bucket, name);
      await haveBucket(bucket);
      try {
        if (options.existing !== "replace") {
          const onlyNew = await refusesTaken(bucket);
          return await putNew({ client, target, onlyNew }, name, body, options);
        }
        const { isTaken: _, ...put } = await upload(client, target, body, {
          ...options,
          onlyNew: false,
        });
        return put;
      } catch (error) {
        if (isNoBucket(error)) made.delete(bucket);
        throw error;
      }
    },

    async get(bucket, name, range, etag) {
      const target = {
        ...place(bucket, name),
        Range: rangeHeader(range),
        ...(etag && { IfMatch: `"${etag}"` }),
      };
      const answer = await ifExists(() =>
        ifUnchanged(name, () => client.send(new GetObjectCommand(target))),
      );
      if (!answer?.Body) return undefined;
      const object = toObject(bucket, name, wholeSize(answer), answer);
      return { body: answer.Body as Readable, object };
    },

    head,
    list,

    async remove(bucket, names) {
      await removeKeys(
        layout.place(bucket).Bucket,
        names.map((name) => place(bucket, name).Key),
      );
    },

    async makeBucket(bucket) {
      checkBucket(bucket);
      await haveBucket(bucket);
    },

    async removeBucket(bucket) {
      checkBucket(bucket);
      const { Bucket, prefix } = layout.place(bucket);
      made.delete(bucket);
      for (
        let some = await list(bucket, { limit: removedAtOnce });
        some.length > 0;
        some = await list(bucket, { limit: removedAtOnce })
      ) {
        await removeKeys(
          Bucket,
          some.map(({ name }) => prefix + name),
        );
      }
      if (!layout.shared) await ifExists(() => client.send(new DeleteBucketCommand({ Bucket })));
    },

    async buckets() {
      if (layout.shared) return folders(client, layout.shared);
      const answer = await translateErrors(() => client.send(new ListBucketsCommand({})));
      return (answer.Buckets ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
    },

    async signedUrl(verb, bucket, name, seconds, audience) {
      const target = place(bucket, name);
      if (verb === "PUT") await haveBucket(bucket);
      const command =
        verb === "PUT"
          ? new PutObjectCommand(target)
          : new GetObjectCommand({
              ...target,
              ResponseContentType: "application/octet-stream",
              ResponseContentDisposition: dispositionOf(name),
            });
      return getSignedUrl(audience === "public" ? presigner : client, command, expiry(seconds));
    },

    async signedUpload(bucket, name, seconds) {
      const target = place(bucket, name);
      await haveBucket(bucket);
      const onlyNew = await refusesTaken(bucket);
      const command = new PutObjectCommand({ ...target, ...(onlyNew && { IfNoneMatch: "*" }) });
      const url = await getSignedUrl(client, command, expiry(seconds));
      return { url, ...(onlyNew && { headers: { "if-none-match": "*" } }) };
    },

    async check() {
      const abortSignal = AbortSignal.timeout(checkMilliseconds);
      const { shared } = layout;
      await translateErrors<unknown>(() =>
        shared
          ? client.send(new HeadBucketCommand({ Bucket: shared.Bucket }), { abortSignal })
          : client.send(new ListBucketsCommand({}), { abortSignal }),
      );
    },

    async close() {
      client.destroy();
      if (presigner !== client) presigner.destroy();
    },
  };
}

/** What the SDK would else take from AWS_* variables or ~/.aws, which are about other stores. */
const ofThisEndpoint = {
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  useArnRegion: false,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  retryMode: "standard",
  defaultsMode: "standard" as const,
};

function clientOptions({ endpoint, region, accessKey, secretKey }: S3Store) {
  return {
    forcePathStyle: true,
    maxAttempts: 4,
    ...(endpoint && { endpoint, ...ofThisEndpoint }),
    ...(region || endpoint ? { region: region ?? "us-east-1" } : {}),
    ...(accessKey && secretKey
      ? { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }
      : {}),
    // Only on request: older servers have no trailing checksums, and a presigned PUT would be bound
    // to the checksum of an empty body.
    requestChecksumCalculation: "WHEN_REQUIRED" as const,
    responseChecksumValidation: "WHEN_REQUIRED" as const,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      httpAgent: { maxSockets: 100 },
      httpsAgent: { maxSockets: 100 },
    },
  };
}

function ignoreOwnedAlready(error: Error): void {
  if (error.name !== "BucketAlreadyOwnedByYou" && error.name !== "BucketAlreadyExists") throw error;
}
