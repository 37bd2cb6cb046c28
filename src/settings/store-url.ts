// STORE_URL: where objects are kept.
import { fileURLToPath } from "node:url";
import { parseUrl, setting } from "./values.ts";

export interface FolderStore {
  kind: "folder";
  path: string;
}

export interface S3Store {
  kind: "s3";
  /** unset: what the AWS SDK finds in its own variables */
  endpoint?: string | undefined;
  region?: string | undefined;
  accessKey?: string | undefined;
  secretKey?: string | undefined;
  /** one bucket for all requests; unset: one bucket per request */
  bucket?: string | undefined;
  /** folder in that bucket */
  prefix?: string | undefined;
  /** where clients reach the store, if not at `endpoint` */
  publicEndpoint?: string | undefined;
}

export const storeUrl = setting(
  "file:///folder or s3://key:secret@host:port/?region=…&tls=false " +
    "(with /bucket or /bucket/folder: everything in that bucket)",
  (text): FolderStore | S3Store | undefined => {
    const url = parseUrl(text, ["file:", "s3:"]);
    if (url === undefined) return undefined;
    return url.protocol === "file:" ? folderStore(url) : s3Store(url);
  },
);

function folderStore(url: URL): FolderStore | undefined {
  if (url.host !== "" || url.search !== "" || url.pathname === "/") return undefined;
  return { kind: "folder", path: fileURLToPath(url) };
}

function s3Store(url: URL): S3Store | undefined {
  const { region, tls, public: publicEndpoint, ...unknown } = Object.fromEntries(url.searchParams);
  const invalid =
    Object.keys(unknown).length > 0 ||
    !["true", "false", undefined].includes(tls) ||
    url.pathname.includes("%");
  if (invalid || (url.username === "") !== (url.password === "")) return undefined;
  if (publicEndpoint !== undefined && !parseUrl(publicEndpoint, ["http:", "https:"]))
    return undefined;
  const [bucket, ...folders] = url.pathname.split("/").filter((part) => part !== "");
  return {
    kind: "s3",
    endpoint: url.host === "" ? undefined : `${tls === "false" ? "http" : "https"}://${url.host}`,
    region,
    accessKey: url.username === "" ? undefined : decodeURIComponent(url.username),
    secretKey: url.password === "" ? undefined : decodeURIComponent(url.password),
    bucket,
    prefix: folders.length > 0 ? folders.join("/") : undefined,
    publicEndpoint,
  };
}
