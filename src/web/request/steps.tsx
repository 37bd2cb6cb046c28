import type { RequestView } from "../../requests/views.ts";
import { Table } from "../parts.tsx";
import { number } from "../words.ts";

const columns = [
  { title: "Step" },
  { title: "Done", class: "number" },
  { title: "Failed", class: "number" },
  { title: "Running", class: "number" },
  { title: "Waiting", class: "number wide" },
  { title: "Canceled", class: "number wide" },
];

export function Steps({ view: { steps } }: { view: RequestView }) {
  return (
    <section id="steps" data-part aria-labelledby="steps-title">
      <h2 id="steps-title">Steps</h2>
      <Table
        columns={columns}
        rows={steps.map((step) => [
          `${step.step}. ${step.operation}`,
          number(step.passed + step.done),
          number(step.failed),
          number(step.running),
          number(step.waiting + step.queued),
          number(step.canceled),
        ])}
      />
    </section>
  );
}
