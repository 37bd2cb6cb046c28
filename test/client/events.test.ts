import { expect, test } from "vitest";
import { readEvents, type ServerEvent } from "../../src/client/events.ts";

async function eventsOf(chunks: Uint8Array[]) {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(ReadableStream.from(chunks))) events.push(event);
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
