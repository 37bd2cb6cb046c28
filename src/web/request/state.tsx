import type { Waiting } from "../../requests/monitor/waiting.ts";
import { isFinal } from "../../requests/state.ts";
import type { RequestView, Warning } from "../../requests/views.ts";
import { Bar, inWords } from "../bar.tsx";
import type { Links } from "../links.ts";
import { Facts, State, Text, Time } from "../parts.tsx";
import { counted, number, shown } from "../words.ts";

export interface May {
  change: boolean;
  delete: boolean;
}

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

/** The script asks again while it is there. */
function open({ state }: RequestView) {
  return isFinal(state) ? {} : { "data-open": "" };
}

/** `complete` alone would be read as a success. */
function nothingDone({ state, counters: { done, total } }: RequestView): string | undefined {
  if (state !== "complete" || done > 0) return undefined;
  return total === 0
    ? "No file was done: the dataset has no files."
    : "No file of it was done. The reasons are below.";
}

export function Actions({ view, may, links }: { view: RequestView; may: May; links: Links }) {
  const { id, state, counters } = view;
  const canRedrive = ["complete", "failed"].includes(state) && counters.failed > 0;
  return (
    <div id="actions" data-part class="actions">
      {may.change && !isFinal(state) && state !== "canceling" ? (
        <Action to={links.request(id, "/cancel")}>Cancel</Action>
      ) : null}
      {may.change && canRedrive ? (
        <Action to={links.request(id, "/redrive")}>
          Try {counted(counters.failed, "failed file")} again
        </Action>
      ) : null}
      {isFinal(state) ? <a href={links.to(`/v1/requests/${id}/receipt`)}>Receipt</a> : null}
      {may.delete && isFinal(state) ? <a href={links.request(id, "/delete")}>Delete…</a> : null}
    </div>
  );
}

function Action({ to, children }: { to: string; children?: unknown }) {
  return (
    <form method="post" action={to}>
      <button type="submit">{children as string}</button>
    </form>
  );
}

export function Steps({ view: { steps } }: { view: RequestView }) {
  return (
    <section id="steps" data-part aria-labelledby="steps-title">
      <h2 id="steps-title">Steps</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="number">
              Done
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              Running
            </th>
            <th scope="col" class="number wide">
              Waiting
            </th>
            <th scope="col" class="number wide">
              Canceled
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr>
              <th scope="row">
                {step.step}. {step.operation}
              </th>
              <td class="number">{number(step.passed + step.done)}</td>
              <td class="number">{number(step.failed)}</td>
              <td class="number">{number(step.running)}</td>
              <td class="number wide">{number(step.waiting + step.queued)}</td>
              <td class="number wide">{number(step.canceled)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Characters of all settings together: a query alone may have a megabyte. */
const mostSettings = 10_000;

export function About({ view }: { view: RequestView }) {
  const { dataset } = view;
  const values = view.steps.flatMap(({ settings }) => Object.values(settings)).length;
  const mostOfEach = Math.floor(mostSettings / Math.max(values, 1));
  return (
    <section aria-labelledby="about">
      <h2 id="about">What it is</h2>
      <Facts
        rows={[
          ["Id", <code>{view.id}</code>],
          [
            "Dataset",
            <>
              <Text>{dataset.did ?? "a list"}</Text> ({counted(dataset.files, "file")}
              {view.incomplete ? ", incomplete" : ""})
            </>,
          ],
          ["Owner", <Text>{view.owner}</Text>],
          ["Submitted", <Time at={view.created_at} />],
          ["Started", view.started_at && <Time at={view.started_at} />],
          ["Finished", view.finished_at && <Time at={view.finished_at} />],
          ["Deadline", view.deadline && <Time at={view.deadline} />],
        ]}
      />
      {view.steps.map(({ step, operation, settings }) => (
        <details>
          <summary>
            Settings of step {step}, {operation}
          </summary>
          <dl class="facts">
            {Object.entries(settings).map(([name, value]) => (
              <div>
                <dt>{shown(name)}</dt>
                <dd>
                  <pre>{shown(written(value), mostOfEach)}</pre>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </section>
  );
}

function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "");
}
