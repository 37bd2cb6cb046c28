// The settings of the command line, which finds a service.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { refusal } from "./refusal.ts";
import * as value from "./values.ts";

export interface ClientConfig {
  /** LONGSHORE_URL, or its default */
  url: string;
  urlIsSet: boolean;
  token?: string | undefined;
  /** where a service of the same user keeps its token */
  dataDir: string;
  /** how a worker reports */
  reports: ReportsBy;
  /** its name in `configFile` */
  profile?: string | undefined;
  /** where the user keeps profiles; it need not be there */
  configFile: string;
}

export const reportsBy = ["http", "queue"] as const;
export type ReportsBy = (typeof reportsBy)[number];

const settings = z.object({
  LONGSHORE_URL: value.serviceUrl.default("http://127.0.0.1:5000"),
  LONGSHORE_TOKEN: z.string().optional(),
  LONGSHORE_PROFILE: z.string().optional(),
  LONGSHORE_REPORTS: value.oneOf(reportsBy).default("http"),
  DATA_DIR: value.dataFolder,
});

/** Throws `ConfigError` that names each invalid variable. */
export function clientConfig(env: Record<string, string>): ClientConfig {
  const read = settings.safeParse(env);
  if (!read.success) throw refusal(read.error, env);
  const { LONGSHORE_URL, LONGSHORE_TOKEN, LONGSHORE_PROFILE, LONGSHORE_REPORTS, DATA_DIR } =
    read.data;
  return {
    url: LONGSHORE_URL,
    urlIsSet: env.LONGSHORE_URL !== undefined,
    token: LONGSHORE_TOKEN,
    dataDir: DATA_DIR,
    reports: LONGSHORE_REPORTS,
    profile: LONGSHORE_PROFILE,
    configFile: join(configHome(env), "longshore", "config.json"),
  };
}

/** The XDG base directory specification ignores a relative path. */
function configHome({ XDG_CONFIG_HOME: set = "" }: Record<string, string>): string {
  return isAbsolute(set) ? set : join(homedir(), ".config");
}
