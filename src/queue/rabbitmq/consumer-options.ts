import type { Logger } from "pino";
import type { Handle } from "../verdicts.ts";
import type { BrokerConnection } from "./connection.ts";
import type { Publisher } from "./publisher.ts";
import type { Topology } from "./topology.ts";

export interface ConsumerOptions {
  connection: BrokerConnection;
  topology: Topology;
  publisher: Publisher;
  log: Logger;
  topic: string;
  prefetch: number;
  handle: Handle;
}
