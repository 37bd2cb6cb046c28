// No secret has a default: each is made once, at random, and kept in DATA_DIR for this machine's user alone.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type SecretName = "signing-key" | "database-owner" | "database-reader";

/** 32 random bytes in hex, the same at every start with this folder. */
export function keptSecret(dataDir: string, name: SecretName): string {
  const folder = join(dataDir, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  return readSecret(path) ?? makeSecret(path);
}

export function signingKey(config: { dataDir: string; secretKey?: string | undefined }): Buffer {
  return config.secretKey === undefined
    ? Buffer.from(keptSecret(config.dataDir, "signing-key"), "hex")
    : Buffer.from(config.secretKey);
}

function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Written whole before it has its name, so that nobody reads half a secret; the first of two makers wins. */
function makeSecret(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, "utf8").trim();
}
