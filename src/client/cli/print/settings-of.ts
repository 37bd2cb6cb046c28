/** A setting of an operation, as its JSON schema says it. */
export interface Setting {
  name: string;
  required: boolean;
  /** what it may be: `"parquet" | "csv"`, `string` */
  value: string;
  usual: string | null;
  description: string | null;
}

type Schema = Record<string, unknown>;

/** The top level of the schema; nested settings are in the JSON. */
export function settingsOf(schema: Schema): Setting[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(
    ([name, setting]) => ({
      name,
      required: required.includes(name) && setting.default === undefined,
      value: allowedOf(setting),
      usual: setting.default === undefined ? null : JSON.stringify(setting.default),
      description: typeof setting.description === "string" ? setting.description : null,
    }),
  );
}

function allowedOf({
  enum: words,
  const: word,
  anyOf,
  oneOf,
  type,
  items,
  ...limits
}: Schema): string {
  if (word !== undefined) return JSON.stringify(word);
  if (Array.isArray(words)) return words.map((one) => JSON.stringify(one)).join(" | ");
  const parts = anyOf ?? oneOf;
  if (Array.isArray(parts)) return parts.map((one) => allowedOf(one as Schema)).join(" | ");
  if (type === "array") return `list of ${allowedOf((items ?? {}) as Schema)}`;
  const least = limits.minimum ?? limits.exclusiveMinimum;
  const most = limits.maximum ?? limits.exclusiveMaximum;
  const isRange = typeof least === "number" && typeof most === "number";
  const range = isRange && most < Number.MAX_SAFE_INTEGER ? ` ${least} to ${most}` : "";
  return `${typeof type === "string" ? type : "any value"}${range}`;
}
