import { EventSourceParserStream } from "eventsource-parser/stream";
import { UnreachableError } from "./errors.ts";

export interface ServerEvent {
  event: string;
  data: unknown;
}

/** The service sends a comment every 15 seconds. */
const longestSilenceSeconds = 45;

/**
 * Server-sent events as they arrive. Comments, which only keep the connection open, are skipped.
 * Throws `UnreachableError` when nothing arrives for 45 seconds.
 */
export async function* readEvents(
  url: string,
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerEvent> {
  const messages = body
    .pipeThrough(endWhenSilent(url, onBytes))
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { event = "message", data } of messages) yield { event, data: JSON.parse(data) };
}

function endWhenSilent(url: string, onBytes: () => void): TransformStream<Uint8Array, Uint8Array> {
  let clock: NodeJS.Timeout | undefined;
  return new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      const why = `its event stream was silent for ${longestSilenceSeconds} seconds`;
      const end = () => controller.error(new UnreachableError(url, why));
      clock = setTimeout(end, longestSilenceSeconds * 1000);
      // Nobody waits for it once the stream was left.
      clock.unref();
    },
    transform(chunk, controller) {
      clock?.refresh();
      onBytes();
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(clock),
  });
}
