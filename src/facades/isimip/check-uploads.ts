import { BadJobError } from "./errors.ts";
import type { Upload } from "./question.ts";

interface Found {
  operations: Record<string, unknown>[];
  uploads: Upload[];
}

/** The operations with what they read of the uploads, and the uploads that they read. */
export function checkUploads(
  operations: readonly Record<string, unknown>[],
  sent: readonly Upload[],
): Found {
  const uploads = new Map<string, Upload>();
  const missing: string[] = [];
  const found = operations.map((given) => {
    if (given.operation !== "mask_mask") return given;
    const name = String(given.mask);
    const upload = sent.find((one) => one.name === name);
    if (upload) uploads.set(name, upload);
    else missing.push(`File "${name}" for operation "mask_mask" is not part of the uploads`);
    return { ...given, mask: { attachment: name } };
  });
  if (missing.length > 0) throw new BadJobError({ uploads: missing });
  return { operations: found, uploads: [...uploads.values()] };
}
