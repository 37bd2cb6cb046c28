import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";
import type { ReceiptDigest } from "./receipt.ts";

/** Over one line an item: its canonical JSON and a newline. */
export function openDigest() {
  const hash = createHash("sha256");
  let count = 0;
  return {
    add(line: object): void {
      hash.update(`${canonicalJson(line)}\n`);
      count++;
    },
    count: () => count,
    digest: (): ReceiptDigest => ({ algorithm: "sha256", value: hash.digest("hex") }),
  };
}
