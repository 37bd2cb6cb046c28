// The name under which the ServiceX sidecar stores what it made of a replica.
import { createHash } from "node:crypto";
import type { ResultFormat } from "./words.ts";

/** characters, as Python counts them */
const longest = 255;

export function sidecarName(replica: string, format: ResultFormat): string {
  const name = replica.replaceAll("/", ":") + (format === "parquet" ? ".parquet" : "");
  const characters = [...name];
  if (characters.length <= longest) return name;
  const hash = createHash("sha1").update(name).digest("hex");
  return `_${hash}${characters.slice(hash.length + 1 - longest).join("")}`;
}
