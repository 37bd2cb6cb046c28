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
  /** the last name or prefix, if more follow */
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
  const encoding = readEncoding(parameter(query, "encoding-type"));
  const words = encoding === "url" ? urlEncoded : (text: string) => text;
  const paging = second ? pagingByToken(query) : pagingByMarker(query);
  const found = await search(bucketView, {
    prefix,
    delimiter,
    after: afterPrefix(paging.from, prefix, delimiter),
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
  return {
    status: 200,
    body: await document("ListBucketResult", {
      ...common,
      ...paging.fields(found, words),
      ...lists,
    }),
  };
}

/** Where a listing goes on from, and what the answer says of it. */
interface Paging {
  from: string;
  fields(found: Found, words: (text: string) => string): { [name: string]: Xml };
}

/** ListObjectsV2 */
function pagingByToken(query: Call["address"]["query"]): Paging {
  const token = parameter(query, "continuation-token");
  const startAfter = parameter(query, "start-after") ?? "";
  return {
    from: token === undefined ? startAfter : readToken(token),
    fields: ({ objects, prefixes, next }, words) => ({
      KeyCount: objects.length + prefixes.length,
      ContinuationToken: token,
      NextContinuationToken:
        next === undefined ? undefined : Buffer.from(next).toString("base64url"),
      StartAfter: startAfter === "" ? undefined : words(startAfter),
    }),
  };
}

/** ListObjects */
function pagingByMarker(query: Call["address"]["query"]): Paging {
  const marker = parameter(query, "marker") ?? "";
  return {
    from: marker,
    fields: ({ next }, words) => ({
      Marker: words(marker),
      NextMarker: next === undefined ? undefined : words(next),
    }),
  };
}

function readEncoding(encoding: string | undefined): "url" | undefined {
  if (encoding === undefined || encoding === "url") return encoding;
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
}

/**
 * Up to `limit` names and prefixes. A name with the delimiter becomes a prefix, and the rest of
 * that prefix is skipped at once.
 */
async function search(
  bucketView: BucketView,
  { prefix, delimiter, after, limit }: Question,
): Promise<Found> {
  const found: Found = { objects: [], prefixes: [] };
  const room = () => limit - found.objects.length - found.prefixes.length;
  let last = "";
  for (let from = after; limit > 0; ) {
    const page = await bucketView.list({ prefix, after: from, limit: room() + 1 });
    const inFolder = page.findIndex(({ name }) => folderOf(name, prefix, delimiter) !== undefined);
    const fits = (inFolder === -1 ? page : page.slice(0, inFolder)).slice(0, room());
    found.objects.push(...fits);
    last = fits.at(-1)?.name ?? last;
    const following = page[fits.length];
    if (following === undefined) return found;
    if (room() === 0) return { ...found, next: last };
    // There is still room, so the next name is the first of a folder.
    last = folderOf(following.name, prefix, delimiter) ?? following.name;
    found.prefixes.push(last);
    from = last + lastCharacter;
  }
  return found;
}

function folderOf(name: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : name.slice(0, at + delimiter.length);
}

/** Continuing after a folder means continuing after everything in it. */
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

/** S3 does not encode the slash. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/");
}
