// The ports speak TLS with a certificate in files, which is taken anew when they are renewed.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { Logger } from "../log.ts";
import { ConfigError } from "../settings/config-error.ts";
import type { TlsFiles } from "../settings/tls.ts";
import { inWords } from "../system-problem.ts";
import type { MakeServer } from "./listen.ts";

export interface Tls {
  /** a server that does not listen yet */
  make: MakeServer;
  /** looks for renewed files no more */
  stop(): void;
}

interface Certificate {
  cert: Buffer;
  key: Buffer;
  read: X509Certificate;
}

const dayMilliseconds = 86_400_000;
const daysBeforeEnd = 7;

/**
 * Rejects with `ConfigError` if the files cannot be used. `addresses`: those that callers are
 * given, by the setting. Renewed files count for connections that are made from then on.
 */
export async function openTls(
  files: TlsFiles,
  addresses: Record<string, string>,
  log: Logger,
  { everySeconds = 10 }: { everySeconds?: number } = {},
): Promise<Tls> {
  let current = await readCertificate(files);
  warnOfNames(current, addresses, log);
  const warnOfEnd = endWarner(log);
  warnOfEnd(current);
  const servers: Server[] = [];
  let problem: string | undefined;
  let told: string | undefined;

  async function look(): Promise<void> {
    try {
      const next = await readCertificate(files);
      problem = undefined;
      told = undefined;
      const isSame = next.cert.equals(current.cert) && next.key.equals(current.key);
      if (!isSame) {
        for (const server of servers) server.setSecureContext(next);
        current = next;
        log.info({ until: next.read.validTo }, "the renewed certificate is used from now on");
        warnOfNames(next, addresses, log);
      }
      warnOfEnd(current);
    } catch (error) {
      const { message } = error as Error;
      // Between the writing of one file and of the other they do not belong together.
      const lasts = problem === message;
      problem = message;
      if (!lasts || told === message) return;
      told = message;
      log.warn(`The certificate of before stays in use. ${message}`);
    }
  }

  const timer = setInterval(() => void look(), everySeconds * 1_000);
  timer.unref();
  return {
    make: (options, app) => {
      const { cert, key } = current;
      const server = createServer({ ...options, cert, key }, app);
      servers.push(server);
      return server;
    },
    stop: () => clearInterval(timer),
  };
}

async function readCertificate(files: TlsFiles): Promise<Certificate> {
  const cert = await contentOf("TLS_CERT", files.cert);
  const key = await contentOf("TLS_KEY", files.key);
  const read = tried("TLS_CERT", files.cert, "a certificate in PEM", () => {
    return new X509Certificate(cert);
  });
  const isMade = "a private key in PEM, without a passphrase";
  const privateKey = tried("TLS_KEY", files.key, isMade, () => createPrivateKey(key));
  if (!read.checkPrivateKey(privateKey))
    throw new ConfigError(
      `TLS_KEY is ${JSON.stringify(files.key)}: it is not the key of the certificate in ` +
        `${JSON.stringify(files.cert)} (TLS_CERT), whose own certificate has to come first there.`,
    );
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new ConfigError(
      `TLS_CERT is ${JSON.stringify(files.cert)}: a certificate of it cannot be used ` +
        `(${(error as Error).message}).`,
    );
  }
  return { cert, key, read };
}

async function contentOf(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigError(`${name} is ${JSON.stringify(path)}: ${inWords(error)}.`);
  }
}

function tried<Read>(name: string, path: string, allowed: string, read: () => Read): Read {
  try {
    return read();
  } catch {
    throw new ConfigError(`${name} is ${JSON.stringify(path)}: allowed is a file with ${allowed}.`);
  }
}

/** Behind a proxy that has a certificate of its own, another name is as it should be. */
function warnOfNames({ read }: Certificate, addresses: Record<string, string>, log: Logger): void {
  for (const [setting, url] of Object.entries(addresses)) {
    const name = new URL(url).hostname.replace(/^\[|\]$/g, "");
    const isFor = isIP(name) ? read.checkIP(name) : read.checkHost(name);
    if (isFor === undefined)
      log.warn(`The certificate in TLS_CERT is not for ${name}, which ${setting} names.`);
  }
}

/** Once a day, from a week before the end. */
function endWarner(log: Logger): (certificate: Certificate) => void {
  let nextAt = 0;
  return ({ read }) => {
    const now = Date.now();
    const left = Date.parse(read.validTo) - now;
    if (left > daysBeforeEnd * dayMilliseconds) return;
    if (now < nextAt) return;
    nextAt = now + dayMilliseconds;
    const ends = left > 0 ? "ends" : "has ended";
    log.warn(`The certificate in TLS_CERT ${ends} (${read.validTo}): renew it.`);
  };
}
