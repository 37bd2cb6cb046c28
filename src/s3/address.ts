import { S3Error } from "./s3-error.ts";

export type Query = Record<string, string | string[]>;

/** Bucket and key of a path-style address, `/bucket/key`. */
export interface Address {
  bucket: string;
  /** "" for the bucket itself */
  key: string;
  query: Query;
  /** the path, as sent and decoded */
  rawPath: string;
  path: string;
}

export function readAddress(url: string): Address {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(url)?.[0] ?? "";
  const [rawPath = "", ...queries] = url.slice(origin.length).split("?");
  if (!rawPath.startsWith("/")) throw new S3Error("InvalidURI");
  const [bucket = "", ...key] = rawPath.slice(1).split("/");
  return {
    bucket: decoded(bucket),
    key: decoded(key.join("/")),
    query: readQuery(queries.join("?")),
    rawPath,
    path: decoded(rawPath),
  };
}

/** The value of a parameter; the first one if it is repeated. */
export function parameter(query: Query, name: string): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  return Array.isArray(value) ? value[0] : value;
}

export function wholeNumber(
  query: Query,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = parameter(query, name);
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new S3Error(
    "InvalidArgument",
    `Argument ${name} must be an integer between ${least} and ${most}`,
  );
}

function readQuery(text: string): Query {
  const values = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decoded(formText(at === -1 ? pair : pair.slice(0, at)));
    const value = at === -1 ? "" : decoded(formText(pair.slice(at + 1)));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...values].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? "") : list]),
  );
}

function formText(text: string): string {
  return text.replaceAll("+", " ");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI");
  }
}
