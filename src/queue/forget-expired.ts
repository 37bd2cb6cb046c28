/** Deletes what has expired from a map that is in the order of `until`. */
export function forgetExpired(map: Map<string, { until: number }>, now: number): void {
  for (const [key, { until }] of map) {
    if (until > now) return;
    map.delete(key);
  }
}
