// A user of the broker for each run, by RabbitMQ's management API: it reaches the queue of its run
// and nothing else. What it needs was found by running real Celery under it.
import type { Logger } from "pino";
import { z } from "zod";
import { openManagement, virtualHostOf } from "./management.ts";
import type { TransformerWords } from "./transformer-words.ts";

export interface BrokerUsers {
  /**
   * The broker's address with the login of the run's user, which is made if it was not. Safe to
   * call again and again; where the API is away, the user is made by a later call.
   */
  addressFor(run: string): Promise<string>;
  remove(run: string): Promise<void>;
  /** The runs that have a user. */
  runs(): Promise<string[]>;
}

export interface BrokerUsersOptions {
  /** of the management API, with its login */
  managementUrl: string;
  /** the broker as containers reach it: host, port and virtual host count */
  brokerUrl: string;
  words: Pick<TransformerWords, "permissions">;
  /** of this service alone: others may use the same broker */
  prefix: string;
  /** the same in each process and at each call */
  passwordOf(run: string): string;
  log: Logger;
}

const trustedMilliseconds = 60_000;
const usersSchema = z.array(z.object({ name: z.string() }));

export function openBrokerUsers({
  managementUrl,
  brokerUrl,
  words,
  prefix,
  passwordOf,
  log,
}: BrokerUsersOptions): BrokerUsers {
  const { call, notRabbit } = openManagement(managementUrl);
  /** When each was made: another process may have removed it since. */
  const made = new Map<string, number>();
  const isMade = (run: string) =>
    performance.now() - (made.get(run) ?? Number.NEGATIVE_INFINITY) < trustedMilliseconds;

  const nameOf = (run: string) => prefix + run;

  return {
    async addressFor(run) {
      if (!isMade(run)) {
        made.delete(run);
        try {
          await make(run);
          made.set(run, performance.now());
        } catch (error) {
          log.warn({ err: error }, "a user of the broker was not made; it is tried again");
        }
      }
      const address = new URL(brokerUrl);
      address.username = nameOf(run);
      address.password = passwordOf(run);
      return address.href;
    },
    async remove(run) {
      made.delete(run);
      await call("DELETE", `users/${nameOf(run)}`);
    },
    async runs() {
      const users = usersSchema.safeParse(await call("GET", "users?columns=name"));
      if (!users.success) throw notRabbit();
      return users.data
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name }) => name.slice(prefix.length));
    },
  };

  async function make(run: string): Promise<void> {
    await call("PUT", `users/${nameOf(run)}`, { password: passwordOf(run), tags: "" });
    const host = virtualHostOf(brokerUrl);
    await call("PUT", `permissions/${host}/${nameOf(run)}`, words.permissions(run));
  }
}
