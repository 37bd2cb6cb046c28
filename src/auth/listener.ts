/**
 * The ports of a service, by who calls there: people and their programs; workers, finders and
 * generators; operators. What has no port of its own is served at the first.
 */
export const listeners = ["public", "internal", "ops"] as const;
export type Listener = (typeof listeners)[number];

export const portSettings = {
  public: "PORT",
  internal: "INTERNAL_PORT",
  ops: "OPS_PORT",
} as const satisfies Record<Listener, string>;
