import { parseInPieces } from "../../json/parse-in-pieces.ts";
import { reportTopics } from "../contract.ts";

const megabyte = 1024 * 1024;
/** As of POST /v1/work/reports. A larger message is not parsed. */
const mostMegabytes = 16;

function rulesOf(topic: string) {
  const path = [reportTopics.get(topic) ?? "reports"];
  return {
    mostValues: 50_000,
    list: { path, mostBytes: 8 * megabyte, mostElementValues: 100_000 },
  };
}

/**
 * Parses a message from any publisher: JSON, or the reason why it cannot be read. Other work goes
 * on while a long one is parsed.
 */
export async function parseBody(
  topic: string,
  content: Buffer,
): Promise<{ body: unknown } | { unreadable: string }> {
  if (content.length > mostMegabytes * megabyte)
    return { unreadable: `It is larger than ${mostMegabytes} MB, the most that is taken.` };
  try {
    return { body: await parseInPieces(content, rulesOf(topic)) };
  } catch (error) {
    const isRefused = !(error instanceof SyntaxError || error instanceof TypeError);
    const { message } = error as Error;
    return { unreadable: isRefused ? message : `It is not JSON in UTF-8: ${message}` };
  }
}
