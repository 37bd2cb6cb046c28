// What the sidecars of simulated pods would do: take the files of each run that has a Deployment,
// and report them, as the contract has it (a volume is not verified).
import { type Channel, type ChannelModel, connect } from "amqplib";
import { sidecarQueueFlags, transformerQueue } from "../../../src/queue/celery.ts";

export interface Sidecars {
  /** as long as one is wanted it takes files; those of other runs end */
  serve(runs: Iterable<string>): Promise<void>;
  readonly reported: number;
  close(): Promise<void>;
}

interface Kwargs {
  request_id: string;
  file_id: number;
  paths: string[];
  service_endpoint: string;
}

export async function startSidecars(broker: string): Promise<Sidecars> {
  const connection: ChannelModel = await connect(broker);
  const serving = new Map<string, Channel>();
  let reported = 0;

  async function begin(run: string): Promise<void> {
    const channel = await connection.createChannel();
    serving.set(run, channel);
    channel.on("error", () => serving.delete(run));
    await channel.assertQueue(transformerQueue(run), sidecarQueueFlags);
    await channel.prefetch(4);
    await channel.consume(transformerQueue(run), (message) => {
      if (message === null) return;
      const [, kwargs] = JSON.parse(message.content.toString()) as [unknown, Kwargs];
      // Without an acknowledgement the service finds out, as with a sidecar that died.
      report(kwargs).then(
        () => {
          reported += 1;
          channel.ack(message);
        },
        (error: Error) => console.error(error),
      );
    });
  }

  return {
    async serve(wanted) {
      const runs = new Set(wanted);
      for (const [run, channel] of serving) {
        if (runs.has(run)) continue;
        serving.delete(run);
        await channel.close().catch(() => undefined);
      }
      for (const run of runs) if (!serving.has(run)) await begin(run);
    },
    get reported() {
      return reported;
    },
    close: async () => {
      await connection.close();
    },
  };
}

async function report({ request_id, file_id, paths, service_endpoint }: Kwargs): Promise<void> {
  const response = await fetch(`${service_endpoint}/file-complete`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      requestId: request_id,
      "file-path": paths[0],
      "file-id": file_id,
      status: "success",
      "total-time": 0.1,
      "total-events": 10,
      "total-bytes": 1,
      "avg-rate": 100,
      place: { host_name: "simulated", site: "here", pod: "simulated" },
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
