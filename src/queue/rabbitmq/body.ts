import { JsonScan, scannedFromBytes } from "../../json/scan.ts";

const megabyte = 1024 * 1024;
/** As of POST /v1/work/reports. A larger message is not parsed. */
const mostMegabytes = 16;
/** Of a message: parsing so many takes some ten milliseconds. */
const mostValues = 200_000;

/** Parses a message from any publisher: JSON, or the reason why it cannot be read. */
export function parseBody(content: Buffer): { body: unknown } | { unreadable: string } {
  if (content.length > mostMegabytes * megabyte)
    return { unreadable: `It is larger than ${mostMegabytes} MB, the most that is taken.` };
  try {
    if (content.length > scannedFromBytes) new JsonScan({ mostValues }).feed(content);
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
  try {
    return { body: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)) };
  } catch (error) {
    return { unreadable: `It is not JSON in UTF-8: ${(error as Error).message}` };
  }
}
