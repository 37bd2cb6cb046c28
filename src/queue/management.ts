// RabbitMQ's management API.
import { UnavailableError } from "../errors.ts";
import { inWords } from "../system-problem.ts";

export interface Management {
  /**
   * The answer; undefined for what is not there. `path` is below `/api`, its parts encoded. Throws
   * `UnavailableError` where the API is away or is no such API.
   */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** for an answer that is not of the shape it should have */
  notRabbit(): UnavailableError;
}

const answerMilliseconds = 5_000;

/** `url`: with its login. */
export function openManagement(url: string): Management {
  const api = new URL(url);
  const authorization = `Basic ${Buffer.from(
    `${decodeURIComponent(api.username)}:${decodeURIComponent(api.password)}`,
  ).toString("base64")}`;
  const base = `${api.origin}${api.pathname.replace(/\/$/, "")}/api`;
  return { call, notRabbit };

  async function send(method: string, path: string, body: unknown) {
    const answer = await fetch(`${base}/${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      signal: AbortSignal.timeout(answerMilliseconds),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { answer, text: await answer.text() };
  }

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { answer, text } = await send(method, path, body).catch((error: Error) => {
      throw new UnavailableError(
        `The broker's management API at ${api.host} cannot be used: ${inWords(error)}.`,
      );
    });
    if (answer.status === 404) return undefined;
    if (!answer.ok)
      throw new UnavailableError(
        `The broker's management API at ${api.host} answered ${method} with ${answer.status}.`,
      );
    try {
      return text === "" ? undefined : JSON.parse(text);
    } catch {
      throw notRabbit();
    }
  }

  function notRabbit(): UnavailableError {
    return new UnavailableError(
      `What answers at ${api.host} is not RabbitMQ's management API: see RABBIT_MANAGEMENT_URL.`,
    );
  }
}

/** Encoded, as part of a path. In an address, no path and `/` mean the host `/`. */
export function virtualHostOf(brokerUrl: string): string {
  return encodeURIComponent(decodeURIComponent(new URL(brokerUrl).pathname.slice(1)) || "/");
}
