/** Postgres rejects NUL and lone surrogates; one such character must not fail a whole batch. */
export function sanitize(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}
