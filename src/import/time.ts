const written =
  /^(\d{4})-(\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * A time of ServiceX as Postgres takes it, with its microseconds. ServiceX keeps UTC without a
 * zone. Undefined for what is no time of this century.
 */
export function utcTime(text: string | null): string | undefined {
  const [, year, day, clock, zone = "Z"] = written.exec(text ?? "") ?? [];
  if (year === undefined || !year.startsWith("20")) return undefined;
  const time = `${year}-${day}T${clock}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`;
  return Number.isNaN(Date.parse(time)) ? undefined : time;
}
