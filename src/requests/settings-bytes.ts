/** Bytes of the settings of a row of `request_steps`, which are read only if it is an old one. */
export function settingsBytes(row: string): string {
  return `coalesce(${row}.settings_bytes, octet_length(${row}.settings::text))`;
}
