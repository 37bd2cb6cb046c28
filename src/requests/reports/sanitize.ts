/**
 * Postgres takes neither NUL nor half a surrogate pair; one such character must not sink a batch.
 */
export function sanitize(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}
