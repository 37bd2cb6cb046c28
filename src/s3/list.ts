import { etagOf } from "../storage/conditions.ts";
import { parameter, wholeNumber } from "./address.ts";
import { type BucketView, lastCharacter, type Result } from "./bucket-view.ts";
import type { Call, Reply } from "./call.ts";
import { S3Error } from "./s3-error.ts";
import { document, type Xml } from "./xml.ts";

interface Question {
  prefix: string;
  delimiter: string;
  after: string;
  limit: number;
}

interface Found {
  objects: Result[];
  prefixes: string[];
  /** what came last, where more follow */
  next?: string;
}

export async function listObjects({
  address: { query, bucket },
  bucketView,
}: Call): Promise<Reply> {
  const second = parameter(query, "list-type") === "2";
  const [prefix, delimiter] = [
    parameter(query, "prefix") ?? "",
    parameter(query, "delimiter") ?? "",
  ];
  const limit = Math.min(wholeNumber(query, "max-keys", 0, 2_147_483_647) ?? 1000, 1000);
  const encoding = parameter(query, "encoding-type");
  if (encoding !== undefined && encoding !== "url")
    throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  const words = encoding === "url" ? urlEncoded : (text: string) => text;
  const token = parameter(query, "continuation-token");
  const startAfter = parameter(query, "start-after") ?? "";
  const marker = parameter(query, "marker") ?? "";
  const from = second ? (token === undefined ? startAfter : readToken(token)) : marker;
  const found = await search(bucketView, {
    prefix,
    delimiter,
    after: afterPrefix(from, prefix, delimiter),
    limit,
  });
  const common = {
    Name: bucket,
    Prefix: words(prefix),
    MaxKeys: limit,
    Delimiter: delimiter === "" ? undefined : words(delimiter),
    IsTruncated: found.next !== undefined,
    EncodingType: encoding,
  };
  const contents = found.objects.map((object) => ({
    ...entry(object),
    Key: words(object.name),
    ...(second ? {} : { Owner: ownerOf(bucket) }),
  }));
  const lists = {
    Contents: contents,
    CommonPrefixes: found.prefixes.map((one) => ({ Prefix: words(one) })),
  };
  const paging: Xml = second
    ? {
        KeyCount: found.objects.length + found.prefixes.length,
        ContinuationToken: token,
        NextContinuationToken:
          found.next === undefined ? undefined : Buffer.from(found.next).toString("base64url"),
        StartAfter: startAfter === "" ? undefined : words(startAfter),
      }
    : {
        Marker: words(marker),
        NextMarker: found.next === undefined ? undefined : words(found.next),
      };
  return {
    status: 200,
    body: document("ListBucketResult", { ...common, ...(paging as object), ...lists }),
  };
}

/** Names up to `limit`, those with the delimiter behind the prefix folded into one, which is then stepped over as a whole. */
async function search(
  bucketView: BucketView,
  { prefix, delimiter, after, limit }: Question,
): Promise<Found> {
  const found: Found = { objects: [], prefixes: [] };
  let last = "";
  for (let from = after; limit > 0; ) {
    const wanted = limit + 1 - found.objects.length - found.prefixes.length;
    const page = await bucketView.list({ prefix, after: from, limit: wanted });
    let folded: string | undefined;
    for (const object of page) {
      if (found.objects.length + found.prefixes.length === limit) return { ...found, next: last };
      folded = folderOf(object.name, prefix, delimiter);
      last = folded ?? object.name;
      if (folded === undefined) found.objects.push(object);
      else found.prefixes.push(folded);
      if (folded !== undefined) break;
    }
    if (folded === undefined && page.length < wanted) return found;
    from = folded === undefined ? last : folded + lastCharacter;
  }
  return found;
}

function folderOf(name: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : name.slice(0, at + delimiter.length);
}

/** A folder given as the place to go on from lies behind us with all that is in it. */
function afterPrefix(from: string, prefix: string, delimiter: string): string {
  return from !== "" && from.startsWith(prefix) && folderOf(from, prefix, delimiter) === from
    ? from + lastCharacter
    : from;
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (token !== "" && Buffer.from(text).toString("base64url") === token) return text;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}

function entry(object: Result) {
  return {
    LastModified: object.modifiedAt.toISOString(),
    ETag: etagOf(object),
    Size: object.size,
    StorageClass: "STANDARD",
  };
}

export function ownerOf(bucket: string) {
  return { ID: bucket, DisplayName: bucket };
}

/** S3 leaves the slash as it is. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/");
}
