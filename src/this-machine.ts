import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Equal in processes that see the same files under the same paths: of one boot of one machine, and
 * of one container there. On systems other than Linux, by the host's name.
 */
export function thisMachine(): string {
  return createHash("sha256").update(`longshore machine ${seen()}`).digest("hex");
}

function seen(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/mnt")}`;
  } catch {
    return hostname();
  }
}
