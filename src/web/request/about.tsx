import type { RequestView } from "../../requests/views.ts";
import { Facts, Text, Time } from "../parts.tsx";
import { counted, shown } from "../words.ts";

/** Characters of all settings together: a query alone may have a megabyte. */
const mostSettings = 10_000;

/** What was asked for. */
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
