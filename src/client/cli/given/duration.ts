import { InvalidArgumentError } from "commander";

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const part = /(\d{1,9}(?:\.\d{1,6})?)([smhdw])/g;

/** Parses `90`, `90s`, `10m`, `1h30m` or `1.5d` as whole seconds. */
export function duration(least: number, most: number): (text: string) => number {
  return (text) => {
    const seconds = secondsOf(text.trim().toLowerCase());
    if (seconds >= least && seconds <= most) return seconds;
    throw new InvalidArgumentError(
      "Expected a time such as 90s, 10m, 2h, 1d or 1h30m, or a whole number of seconds; at " +
        `least ${shown(least)}, at most ${shown(most)}.`,
    );
  };
}

function secondsOf(text: string): number {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const parts = [...text.matchAll(part)];
  if (parts.length === 0 || text.replaceAll(part, "") !== "") return Number.NaN;
  const named = parts.map(([, , unit]) => unit);
  if (new Set(named).size < named.length) return Number.NaN;
  const seconds = parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
  return Number.isInteger(seconds) ? seconds : Number.NaN;
}

/** In the largest unit that divides it. */
function shown(seconds: number): string {
  const unit = ["d", "h", "m"].find((name) => seconds % (units[name] ?? 1) === 0) ?? "s";
  return `${seconds / (units[unit] ?? 1)}${unit}`;
}
