import type { Waiting } from "../../requests/monitor/waiting.ts";
import { isFinal } from "../../requests/state.ts";
import type { RequestView, Warning } from "../../requests/views.ts";
import { Bar, inWords } from "../bar.tsx";
import { State, Text, Time } from "../parts.tsx";
import { counted } from "../words.ts";

/** The state, what the request waits for, and its counters. */
export function Progress({
  view,
  waiting,
  warnings,
}: {
  view: RequestView;
  waiting: Waiting | null;
  warnings: Warning[];
}) {
  const { state, reason, round, counters } = view;
  const nothing = nothingDone(view);
  return (
    <section id="progress" data-part aria-label="Progress" {...open(view)}>
      <p class="now">
        <span role="status">
          <State word={state} />
          {reason === null ? null : (
            <>
              {" "}
              <Text most={2000}>{reason}</Text>
            </>
          )}
        </span>
        {round > 1 ? <> round {round}</> : null}
      </p>
      <Bar counters={counters} />
      <p>{inWords(counters)}</p>
      {waiting ? (
        <p class="sentence">
          <strong>Now:</strong> <Text most={2000}>{waiting.sentence}</Text>
        </p>
      ) : null}
      {waiting?.eta ? (
        <p>
          It ends about <Time at={waiting.eta.p50} />, with 90 % probability before{" "}
          <Time at={waiting.eta.p90} /> ({waiting.eta.confidence} confidence).
        </p>
      ) : null}
      {nothing ? <p class="notice">{nothing}</p> : null}
      <Warnings warnings={warnings} />
    </section>
  );
}

const mostWarnings = 20;

function Warnings({ warnings }: { warnings: Warning[] }) {
  if (warnings.length === 0) return null;
  const list = (
    <ul>
      {warnings.slice(0, mostWarnings).map(({ code, message }) => (
        <li>
          {code}: <Text>{message}</Text>
        </li>
      ))}
    </ul>
  );
  if (warnings.length <= 3) return list;
  return (
    <details id="warnings">
      <summary>{counted(warnings.length, "warning")}</summary>
      {list}
    </details>
  );
}

/** The script reloads this part while the attribute is present. */
function open({ state }: RequestView) {
  return isFinal(state) ? {} : { "data-open": "" };
}

/** Without this sentence, `complete` would be read as a success. */
function nothingDone({ state, counters: { done, total } }: RequestView): string | undefined {
  if (state !== "complete" || done > 0) return undefined;
  return total === 0
    ? "No file was done: the dataset has no files."
    : "No file of it was done. The reasons are below.";
}
