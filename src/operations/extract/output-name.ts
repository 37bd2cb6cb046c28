import type { Extraction, MaskCreation } from "./settings.ts";

const longestName = 100;
const tag = "_global_";

/** Of the ISIMIP Files API; its versions name regions in other ways. */
export type ApiVersion = "v1" | "v2";

/**
 * The result's name by the ISIMIP Files API: `_global_` becomes the region, or it is put behind the
 * stem. Regions of a chain are joined by `+`.
 */
export function entryNameOf(
  replica: string,
  chain: readonly Extraction[],
  version: ApiVersion = "v2",
): string {
  const base = baseNameOf(replica);
  const region = chain.flatMap((step) => regionOf(step, version)).join("+");
  const dot = base.lastIndexOf(".");
  const [stem, suffix] = dot > 0 ? [base.slice(0, dot), base.slice(dot)] : [base, ""];
  const named = stem.includes(tag)
    ? stem.replace(tag, () => `_${region}_`)
    : stem.endsWith("_global")
      ? `${stem.slice(0, -tag.length + 1)}_${region}`
      : `${stem}_${region}`;
  return named + (isCsv(chain) ? ".csv" : suffix || ".nc");
}

/** The same in letters that every store takes, without the ending's loss where it is long. */
export function outputNameOf(
  replica: string,
  chain: readonly Extraction[],
  version?: ApiVersion,
): string {
  const plain = entryNameOf(replica, chain, version)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[._-]+/, "");
  const ending = isCsv(chain) ? ".csv" : ".nc";
  const stem = plain.replace(/\.(nc4?|csv)$/i, "");
  return `${stem.slice(0, longestName - ending.length) || "result"}${ending}`;
}

/** The result of the last operation, and masks that are made on the way. */
export function outputNamesOf(
  replica: string,
  chain: readonly Extraction[],
  version?: ApiVersion,
): string[] {
  const result = outputNameOf(replica, chain, version);
  const masks = createdIn(chain).map(({ mask }) => (mask === result ? `mask-${mask}` : mask));
  return [result, ...masks];
}

export function createdIn(chain: readonly Extraction[]): MaskCreation[] {
  return chain.filter((step): step is MaskCreation => step.operation === "create_mask");
}

export function isCsv(chain: readonly Extraction[]): boolean {
  const last = chain.at(-1);
  return last !== undefined && "output_csv" in last && last.output_csv;
}

export function baseNameOf(replica: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(replica);
  const path = isUrl ? replica.replace(/[?#].*$/s, "") : replica;
  return path.slice(path.lastIndexOf("/") + 1) || "file";
}

function regionOf(step: Extraction, version: ApiVersion): string | [] {
  switch (step.operation) {
    case "select_bbox":
    case "mask_bbox":
    case "cutout_bbox": {
      const { west, east, south, north } = step.bbox;
      const [w, e, s, n] = [west, east, south, north].map(asPython);
      return joined(version, `lon${w}to${e}`, `lat${s}to${n}`);
    }
    case "select_point":
    case "cutout_point": {
      const { lon, lat } = step.point;
      return joined(version, `lon${asPython(lon)}`, `lat${asPython(lat)}`);
    }
    case "mask_mask":
      return nameOfMask(step.mask).replace(/\.[^.]*$/, "") || "mask";
    case "create_mask":
      return [];
    case "mask_country":
      return step.country;
    case "mask_landonly":
      return "landonly";
  }
}

function nameOfMask(mask: string | { attachment: string } | { created: string }): string {
  if (typeof mask === "string") return baseNameOf(mask);
  return "created" in mask ? mask.created : mask.attachment;
}

function joined(version: ApiVersion, lon: string, lat: string): string {
  return version === "v1" ? lat + lon : lon + lat;
}

/** As Python prints a float: 0.0, 1e-05. */
export function asPython(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (Math.abs(value) < 1e-4) return value.toExponential().replace(/e-(\d)$/, "e-0$1");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
