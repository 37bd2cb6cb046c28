import type { Point } from "../../requests/monitor/progress.ts";
import { Time } from "../parts.tsx";
import { counted, number } from "../words.ts";

const width = 1000;
const height = 100;

/** Files done and failed over time. It is stretched to its place, so words stand beside it. */
export function Plot({ points }: { points: Point[] }) {
  const [first] = points;
  const last = points.at(-1);
  const most = Math.max(...points.map(({ total }) => total));
  if (!first || !last || most === 0) return <div id="plot" data-part />;
  const line = (value: (point: Point) => number) =>
    points
      .map((point) => {
        const x = (width * (point.at - first.at)) / (last.at - first.at);
        return `${x.toFixed(1)},${(height - (height * value(point)) / most).toFixed(2)}`;
      })
      .join(" ");
  return (
    <section id="plot" data-part aria-labelledby="plot-title">
      <h2 id="plot-title">Over time</h2>
      <svg
        class="plot"
        viewBox={`0 -2 ${width} ${height + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={inWords(points)}
      >
        <polyline class="done" points={line(({ done }) => done)} />
        {last.failed > 0 ? <polyline class="failed" points={line(({ failed }) => failed)} /> : null}
      </svg>
      <p class="ends">
        <Time at={new Date(first.at).toISOString()} />
        <span>
          <span class="state done">done</span>
          {last.failed > 0 ? (
            <>
              , dashed: <span class="state failed">failed</span>
            </>
          ) : null}
          , of {counted(most, "file")}
        </span>
        <Time at={new Date(last.at).toISOString()} />
      </p>
    </section>
  );
}

/** When a quarter, half and three quarters were done. */
function inWords(points: Point[]): string {
  const last = points.at(-1);
  const goal = last?.done ?? 0;
  const marks = [0.25, 0.5, 0.75].flatMap((part) => {
    const reached = points.find(({ done }) => goal > 0 && done >= part * goal);
    return reached ? [`${number(reached.done)} by ${new Date(reached.at).toISOString()}`] : [];
  });
  const ends = `${number(goal)} done and ${number(last?.failed ?? 0)} failed at the end`;
  return `Files over time: ${[...marks, ends].join(", ")}.`;
}
