import { schemeOf } from "../../inputs/input-error.ts";

/**
 * The `key=value` folders of the path that the user named; the folders of the service itself never
 * count.
 */
export function hiveColumnsOf(name: string): Record<string, string> {
  const folders = name.split("/").slice(0, -1);
  const decode = schemeOf(name) ? decoded : (text: string) => text;
  return Object.fromEntries(
    folders.flatMap((folder) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(folder) ?? [];
      return key === undefined || value === undefined ? [] : [[decode(key), decode(value)]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
