import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import pRetry from "p-retry";
import type { Logger } from "pino";
import { UnavailableError } from "../../errors.ts";
import { inWords } from "../../system-problem.ts";
import { pause, within } from "../../time.ts";

const shortestWait = 200;
const longestWait = 5000;
const connectMilliseconds = 5000;
const heartbeatSeconds = 10;

export interface ConnectionOptions {
  url: string;
  /** shown by the broker's own tools */
  name: string;
  log: Logger;
  /** how long a call waits for a broker that is unavailable or does not answer */
  patienceMilliseconds: number;
}

/**
 * One connection that reconnects. amqplib's own recovery restores the connection but no channels,
 * and stalls if the connection drops during setup. So nothing is restored here; callers ask for a
 * new channel.
 */
export class BrokerConnection {
  readonly patienceMilliseconds: number;
  readonly #url: string;
  readonly #name: string;
  readonly #log: Logger;
  readonly #place: string;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #whenOpened: (() => void)[] = [];
  readonly #waiting = new Set<() => void>();
  #model: ChannelModel | undefined;
  #trouble: string | undefined = "it has not answered yet";

  constructor({ url, name, log, patienceMilliseconds }: ConnectionOptions) {
    const { hostname, port, protocol } = new URL(url);
    this.#place = `The broker at ${hostname}:${port || (protocol === "amqps:" ? 5671 : 5672)}`;
    this.#url = withHeartbeat(url);
    this.#name = name;
    this.#log = log.child({ connection: name });
    this.patienceMilliseconds = patienceMilliseconds;
    this.#running = this.#supervise();
  }

  onOpen(listener: () => void): void {
    this.#whenOpened.push(listener);
  }

  get isOpen(): boolean {
    return this.#model !== undefined;
  }

  /** Resolves when it is there; if not within this time, the broker counts as unavailable. */
  async opened(milliseconds: number): Promise<void> {
    await this.#open(milliseconds);
  }

  /** A fresh channel in confirm mode. */
  async channel(): Promise<ConfirmChannel> {
    const model = await this.#open();
    return this.ask(async () => {
      const channel = await model.createConfirmChannel();
      // Without a listener, a channel's error would end the process. Its user sees it closed.
      channel.on("error", (error) =>
        this.#log.debug({ err: error }, "the broker closed a channel"),
      );
      return channel;
    });
  }

  /** If `work` fails or takes too long, the broker counts as unavailable. */
  async ask<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await within(this.patienceMilliseconds, work());
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  unavailable(error: unknown): UnavailableError {
    if (error instanceof UnavailableError) return error;
    return new UnavailableError(
      `${this.#place} cannot be used: ${this.#trouble ?? inWords(error)}.`,
    );
  }

  async check(): Promise<void> {
    if (this.#trouble) throw this.unavailable(undefined);
    const channel = await this.channel();
    await this.ask(() => channel.close());
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#trouble = "this process has closed its connection";
    this.#release();
    const closing = Promise.resolve(this.#model?.close());
    await within(2000, Promise.allSettled([closing, this.#running])).catch((error: Error) =>
      this.#log.debug({ err: error }, "the broker did not say goodbye"),
    );
  }

  async #open(milliseconds = this.patienceMilliseconds): Promise<ChannelModel> {
    if (!this.#model && !this.#stop.signal.aborted && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(clock);
          this.#waiting.delete(end);
          resolve();
        };
        const clock = setTimeout(end, milliseconds);
        this.#waiting.add(end);
      });
    }
    if (!this.#model) throw this.unavailable(new Error("it is not connected"));
    return this.#model;
  }

  #release(): void {
    for (const end of [...this.#waiting]) end();
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pRetry(() => this.#session(), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: shortestWait,
        maxTimeout: longestWait,
        // Random, so that a hundred processes do not reconnect at once when the broker is back.
        randomize: true,
        signal,
        onFailedAttempt: ({ error }) => this.#away(error.message),
      }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      await pause(shortestWait * (0.75 + Math.random() / 2), signal);
    }
  }

  /** Connects, and ends when the connection does. */
  async #session(): Promise<void> {
    const model = await connect(this.#url, {
      timeout: connectMilliseconds,
      noDelay: true,
      clientProperties: { connection_name: this.#name },
    }).catch((error: Error) => {
      // p-retry treats a TypeError as a bug of the caller and would give up.
      throw new Error(reasonOf(error), { cause: error });
    });
    await this.#untilClosed(model);
  }

  #untilClosed(model: ChannelModel): Promise<void> {
    return new Promise((resolve) => {
      model.on("error", (error) => this.#away(inWords(error)));
      model.on("close", () => {
        this.#model = undefined;
        if (!this.#trouble) this.#away("the connection was closed");
        resolve();
      });
      model.on("blocked", (reason) => this.#away(`it takes no messages now (${reason})`));
      model.on("unblocked", () => {
        this.#trouble = undefined;
      });
      if (this.#stop.signal.aborted) {
        model
          .close()
          .catch((error: Error) =>
            this.#log.debug({ err: error }, "the broker did not say goodbye"),
          );
        return;
      }
      this.#model = model;
      this.#trouble = undefined;
      this.#log.info(`${this.#place} is there`);
      for (const listener of this.#whenOpened) listener();
      this.#release();
    });
  }

  #away(why: string): void {
    if (this.#stop.signal.aborted || this.#trouble === why) return;
    this.#trouble = why;
    this.#log.warn(`${this.#place} cannot be used: ${why}`);
  }
}

/** amqplib says of a refusal only that the handshake ended. */
function reasonOf(error: Error): string {
  const { message } = error;
  return /ACCESS.REFUSED/.test(message)
    ? `it refuses the login that QUEUE_URL has (${message.split("\n")[0]})`
    : inWords(error);
}

/** A silently broken connection is detected after two missed heartbeats. */
function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has("heartbeat"))
    parsed.searchParams.set("heartbeat", String(heartbeatSeconds));
  return parsed.href;
}
