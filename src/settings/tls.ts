// TLS_CERT and TLS_KEY: the service speaks TLS itself, at each of its ports.
import { ConfigError, shown } from "./config-error.ts";
import * as value from "./values.ts";

/** Paths of files in PEM. */
export interface TlsFiles {
  /** the certificate, then those between it and its authority */
  cert: string;
  key: string;
}

export const tlsSettings = {
  TLS_CERT: value.file.optional(),
  TLS_KEY: value.file.optional(),
};

interface Set {
  TLS_CERT?: string | undefined;
  TLS_KEY?: string | undefined;
  PUBLIC_URL?: string | undefined;
  INTERNAL_URL?: string | undefined;
  OPS_URL?: string | undefined;
  S3_URL?: string | undefined;
}

/** Undefined without TLS. Throws `ConfigError` for settings that contradict each other. */
export function tlsFiles(set: Set): TlsFiles | undefined {
  const { TLS_CERT: cert, TLS_KEY: key, PUBLIC_URL, INTERNAL_URL, OPS_URL, S3_URL } = set;
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert === undefined ? ["TLS_KEY", "TLS_CERT"] : ["TLS_CERT", "TLS_KEY"];
    throw new ConfigError(`${given} is set and ${missing} is not: set both, or none of them.`);
  }
  if (PUBLIC_URL === undefined)
    throw new ConfigError(
      "TLS_CERT is set and PUBLIC_URL is not: set PUBLIC_URL to the https:// address of the " +
        "service, with a name that the certificate has.",
    );
  for (const [name, url] of Object.entries({ PUBLIC_URL, INTERNAL_URL, OPS_URL, S3_URL }))
    if (url !== undefined && new URL(url).protocol !== "https:")
      throw new ConfigError(
        `${name} is ${shown(url)} and TLS_CERT is set: every port speaks TLS then, so allowed is ` +
          "an https:// address.",
      );
  return { cert, key };
}
