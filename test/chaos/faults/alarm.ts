import type { Rabbit } from "../../support/rabbitmq/broker.ts";
import type { Stage } from "../stage.ts";
import { between, type Fault, longerThanLease, type Skipped } from "./fault.ts";

/** The broker takes nothing from publishers while an alarm lasts. */
export function alarms(stage: Stage): (Fault | Skipped)[] {
  const { rabbit } = stage;
  if (!rabbit) return [{ kind: "rabbitmq-alarm", skipped: "the run is without RabbitMQ" }];
  const alarm = (what: string, on: string[], off: string[]): Fault => ({
    kind: "rabbitmq-alarm",
    what,
    strike: () => between(set(rabbit, on), () => longerThanLease(stage), set(rabbit, off)),
  });
  return [
    alarm(
      "memory",
      ["set_vm_memory_high_watermark", "0.000001"],
      ["set_vm_memory_high_watermark", "0.6"],
    ),
    alarm("disk", ["set_disk_free_limit", "1000000GB"], ["set_disk_free_limit", "50MB"]),
  ];
}

function set(rabbit: Rabbit, command: string[]): () => Promise<void> {
  return async () => void (await rabbit.control(...command));
}
