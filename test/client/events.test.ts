import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { UnreachableError } from "../../src/client/errors.ts";
import { readEvents, type ServerEvent } from "../../src/client/events.ts";

const url = "http://127.0.0.1:1";
afterEach(() => void vi.useRealTimers());

async function eventsOf(chunks: Uint8Array[]) {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(url, ReadableStream.from(chunks))) events.push(event);
  return events;
}

const text = [
  ": keeps the connection open",
  "",
  "event: state",
  "id: 7",
  'data: {"state":"läuft",',
  'data: "n":1}',
  "",
  'data:"no space, no name"',
  "",
  'data: "never ended"',
];
const expected = [
  { event: "state", data: { state: "läuft", n: 1 } },
  { event: "message", data: "no space, no name" },
];

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
])("events with two data lines and %s line ends, split anywhere", async (_name, end) => {
  const bytes = Buffer.from(text.join(end));
  expect(await eventsOf([bytes])).toEqual(expected);
  const single = [...bytes].map((byte) => Buffer.from([byte]));
  expect(await eventsOf(single)).toEqual(expected);
});

test("a stream is given up when nothing arrives for 45 seconds, comments counted", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let service: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isLeft = false;
  let arrived = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      service = controller;
    },
    cancel: () => {
      isLeft = true;
    },
  });
  const events = readEvents(url, body, () => (arrived += 1));
  let outcome: unknown;
  void events.next().catch((error: unknown) => {
    outcome = error;
  });
  for (const comments of [1, 2, 3]) {
    service?.enqueue(Buffer.from(": still here\n\n"));
    while (arrived < comments) await setImmediate();
    vi.advanceTimersByTime(44_000);
  }
  await setImmediate();
  expect(outcome).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  while (!isLeft || outcome === undefined) await setImmediate();
  expect(outcome).toBeInstanceOf(UnreachableError);
  expect(String(outcome)).toContain("its event stream was silent for 45 seconds");
});
