export const faultKinds = [
  "kill",
  "freeze",
  "disk-full",
  "read-only-store",
  "read-only-database",
  "half-open",
  "outage",
  "services",
  "races",
  "rabbitmq-alarm",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export const reportWays = ["http", "queue", "both"] as const;
export type ReportWay = (typeof reportWays)[number];

export interface ChaosOptions {
  seed: number;
  files: number;
  /** how many of the faults are kills */
  kills: number;
  faults: readonly FaultKind[];
  /** how workers report; by queue needs RabbitMQ */
  reports: ReportWay;
  /** how many of a hundred reports are sent twice */
  duplicates: number;
  leaseSeconds: number;
  workers: number;
  rabbitmq: boolean;
  /** the longest that the whole run may take */
  timeoutSeconds: number;
  /** of the file system of the store, where one can be mounted; default: enough for the files */
  storeMegabytes?: number;
  say(line: string): void;
}

export const defaults: Omit<ChaosOptions, "seed"> = {
  files: 20_000,
  kills: 20,
  faults: ["kill"],
  reports: "http",
  duplicates: 20,
  leaseSeconds: 3,
  workers: 3,
  rabbitmq: false,
  timeoutSeconds: 1800,
  say: () => undefined,
};

/** `all`, or names separated by commas; throws a sentence for an unknown one. */
export function faultsNamed(text: string): FaultKind[] {
  if (text === "all") return [...faultKinds];
  return text.split(",").map((name) => {
    const kind = faultKinds.find((known) => known === name.trim());
    if (!kind)
      throw new Error(`--faults: ${name} is not a fault. Choose all, or ${faultKinds.join(", ")}.`);
    return kind;
  });
}
