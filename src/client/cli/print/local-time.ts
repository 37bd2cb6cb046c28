/** `2026-11-27 06:12:33` where the reader is (TZ); for tables. Not a time: unchanged. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join("-");
  const hour = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(":");
  return `${day} ${hour}`;
}

/** `2026-11-27 06:12:33 +01:00` */
export function localTimeWithZone(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset();
  if (Number.isNaN(minutes)) return iso;
  const size = Math.abs(minutes);
  const zone = [Math.floor(size / 60), size % 60].map(twoDigits).join(":");
  return `${localTime(iso)} ${minutes < 0 ? "-" : "+"}${zone}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
