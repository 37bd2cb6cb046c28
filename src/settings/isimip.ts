// The settings of the façade of the ISIMIP Files API.
import { z } from "zod";
import { type InputFolders, isOpenPath } from "../inputs/folders.ts";
import { ConfigError, shown } from "./config-error.ts";
import * as value from "./values.ts";

export interface IsimipConfig {
  /** paths of jobs are below it */
  inputPath: string;
  mostFiles: number;
  mostOperations: number;
  /** all uploads of a job together */
  uploadMegabytes: number;
  /** what the two numbers of a point are */
  pointOrder: (typeof pointOrders)[number];
  /** whose pages may call it; `*`: those of any site */
  origins: readonly string[];
}

export const pointOrders = ["latlon", "lonlat"] as const;

export const isimipSettings = {
  ISIMIP_INPUT_PATH: value.folder.optional(),
  ISIMIP_MAX_FILES: value.wholeNumber(1, 10_000).default(32),
  ISIMIP_MAX_OPERATIONS: value.wholeNumber(1, 4).default(4),
  ISIMIP_UPLOAD_MEGABYTES: value.wholeNumber(1, 10_000).default(64),
  ISIMIP_POINT_ORDER: value.oneOf(pointOrders).default("latlon"),
  ISIMIP_CORS_ORIGINS: value
    .listBy(isOrigin, "origins such as https://data.example.org, or *")
    .default([]),
};

const settings = z.object(isimipSettings);

/** Undefined where the façade is off. `operations`: those that are offered; none: all are. */
export function isimipConfig(
  set: z.output<typeof settings>,
  folders: InputFolders,
  operations: readonly string[],
): IsimipConfig | undefined {
  const { ISIMIP_INPUT_PATH: inputPath } = set;
  if (inputPath === undefined) return undefined;
  if (!isOpenPath(inputPath, folders))
    throw new ConfigError(
      `ISIMIP_INPUT_PATH is ${shown(inputPath)}, which is not below a folder of INPUT_ROOTS, or ` +
        "is one of the service's own: its files could not be read.",
    );
  if (operations.length > 0 && !operations.includes("extract"))
    throw new ConfigError(
      `ISIMIP_INPUT_PATH is set, and its jobs need the operation extract, which OPERATIONS ` +
        `(${operations.join(",")}) does not name.`,
    );
  return {
    inputPath,
    mostFiles: set.ISIMIP_MAX_FILES,
    mostOperations: set.ISIMIP_MAX_OPERATIONS,
    uploadMegabytes: set.ISIMIP_UPLOAD_MEGABYTES,
    pointOrder: set.ISIMIP_POINT_ORDER,
    origins: set.ISIMIP_CORS_ORIGINS,
  };
}

function isOrigin(text: string): boolean {
  if (text === "*") return true;
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}
