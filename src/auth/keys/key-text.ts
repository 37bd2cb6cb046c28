// A key as its holder has it: what kind of secret it is, which row it belongs to, and the secret.
import { randomBytes } from "node:crypto";
import { newSecret } from "../secret-text.ts";

export function newKey(): { id: string; text: string } {
  const id = randomBytes(12).toString("hex");
  return { id, text: `lsk_${id}_${newSecret()}` };
}

export function isKey(text: string): boolean {
  return text.startsWith("lsk_");
}

/** Undefined for what cannot be a key of ours. */
export function idOfKey(text: string): string | undefined {
  return /^lsk_([0-9a-f]{24})_[\w-]{43}$/.exec(text)?.[1];
}
