import type { Counters } from "../requests/views.ts";
import { number } from "./words.ts";

const segments = ["done", "failed", "canceled", "running"] as const;

/** The files by state, in words for those who cannot see it. */
export function Bar({ counters }: { counters: Counters }) {
  let x = 0;
  const parts = segments.map((state) => {
    const width = counters.total > 0 ? (100 * counters[state]) / counters.total : 0;
    const part = { state, x, width };
    x += width;
    return part;
  });
  return (
    <svg
      class="bar"
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      role="img"
      aria-label={inWords(counters)}
    >
      <rect class="rest" x="0" y="0" width="100" height="4" />
      {parts
        .filter(({ width }) => width > 0)
        .map((part) => (
          <rect class={part.state} x={round(part.x)} y="0" width={round(part.width)} height="4" />
        ))}
    </svg>
  );
}

/** `12 of 20 files done, 1 failed, 3 running` */
export function inWords({ total, done, failed, canceled, running }: Counters): string {
  const others = (["failed", "canceled", "running"] as const)
    .map((state) => [state, { failed, canceled, running }[state]] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `, ${number(count)} ${state}`);
  const files = total === 1 ? "file" : "files";
  return `${number(done)} of ${number(total)} ${files} done${others.join("")}`;
}

function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
