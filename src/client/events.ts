import { EventSourceParserStream } from "eventsource-parser/stream";

export interface ServerEvent {
  event: string;
  data: unknown;
}

/**
 * Server-sent events as they arrive. Comments, which only keep the connection open, are skipped.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const messages = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { event = "message", data } of messages) yield { event, data: JSON.parse(data) };
}
