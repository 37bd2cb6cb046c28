import { schemeOf } from "../../inputs/input-error.ts";

/** A column and its value in every row; null: the folder stands for rows without a value. */
export type HiveColumn = [name: string, value: string | null];

/** What Hive and Spark call the folder of rows without a value. */
const noValue = "__HIVE_DEFAULT_PARTITION__";

/**
 * The `key=value` folders of the path that the user named; folders of the service itself never
 * count.
 */
export function hiveColumnsOf(name: string): HiveColumn[] {
  const folders = name.split("/").slice(0, -1);
  const decode = schemeOf(name) ? decoded : (text: string) => text;
  return folders.flatMap((folder): HiveColumn[] => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(folder) ?? [];
    if (key === undefined || value === undefined) return [];
    return [[decode(key), value === noValue ? null : decode(value)]];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
