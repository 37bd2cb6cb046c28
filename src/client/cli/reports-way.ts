import { Option } from "commander";
import { type ReportsBy, reportsBy } from "../../settings/client.ts";
import { usedWrongly } from "./exits.ts";

/** How a worker, or an agent, reports. */
export function reportsOption(): Option {
  return new Option(
    "--reports <way>",
    "how it reports: by HTTP, or by the service's RabbitMQ, which QUEUE_URL names (default: " +
      "LONGSHORE_REPORTS, else http)",
  ).choices(reportsBy);
}

const needsBroker =
  "Reports by queue need a broker: set QUEUE_URL to the RabbitMQ of the service (amqp://…). A " +
  "service whose queue is in its database takes reports by HTTP alone.";

/** Whether reports go by the broker, which then has to be named. */
export function isByQueue(way: ReportsBy, queueUrl: string | undefined): boolean {
  if (way === "queue" && queueUrl === undefined) throw usedWrongly(needsBroker);
  return way === "queue";
}
