import { duplicateList } from "./refusals.ts";

/** Puts the list, which was parsed by itself, where the rest of the body has it. */
export function withList(value: unknown, path: readonly string[], list: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return list;
  // The body has a key of the path twice, once without the list.
  if (typeof value !== "object" || value === null) throw duplicateList();
  const holder = value as Record<string, unknown>;
  holder[key] = withList(holder[key], rest, list);
  return value;
}
