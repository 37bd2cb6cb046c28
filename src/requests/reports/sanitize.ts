import { withoutSecrets } from "../../addresses/shown.ts";

/** Postgres rejects NUL and lone surrogates; one such character must not fail a whole batch. */
export function sanitize(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}

/** A text of others that people will read: addresses in it are shown without their secrets. */
export function readableText(text: string): string {
  return withoutSecrets(sanitize(text));
}

/** JSON with such texts; names of objects are kept as they are. */
export function readableJson(value: unknown): string {
  const json = JSON.stringify(value);
  const readable = mayHoldSecret.test(json)
    ? JSON.stringify(value, (key, inner) =>
        typeof inner === "string" && key !== "name" ? withoutSecrets(inner) : inner,
      )
    : json;
  return sanitize(readable).replaceAll("\\u0000", "\\ufffd");
}

/** Most results have nothing that could be a secret, and are written once. */
const mayHoldSecret = /[?&#@;]|bearer|basic|eyJ/i;
