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
  const created = new Set<string>();
  const attach = (name: string, operation: string) => {
    const upload = sent.find((one) => one.name === name);
    if (upload) uploads.set(name, upload);
    else missing.push(`File "${name}" for operation "${operation}" is not part of the uploads`);
    return { attachment: name };
  };
  const found = operations.map((given) => {
    const { operation, shape, mask } = given;
    if (operation === "create_mask") {
      created.add(String(mask));
      return { ...given, shape: attach(String(shape), operation) };
    }
    if (operation !== "mask_mask") return given;
    const name = String(mask);
    return { ...given, mask: created.has(name) ? { created: name } : attach(name, operation) };
  });
  if (missing.length > 0) throw new BadJobError({ uploads: missing });
  return { operations: found, uploads: [...uploads.values()] };
}
