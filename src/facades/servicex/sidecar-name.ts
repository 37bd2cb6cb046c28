// The name under which the ServiceX sidecar stores what it made of a replica.
import { createHash } from "node:crypto";
import { withoutEnding } from "../../requests/sidecars/conversion.ts";
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

/** Of Parquet that the sidecar itself made of a ROOT file. */
export function convertedName(replica: string): string {
  return `${withoutEnding(sidecarName(replica, "root-file"))}.parquet`;
}
