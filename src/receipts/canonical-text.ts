import { canonicalJson } from "../canonical-json.ts";

/** Undefined for what no receipt can contain: infinite numbers, half of a surrogate pair. */
export function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
