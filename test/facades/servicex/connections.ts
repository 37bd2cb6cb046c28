import { request as call } from "node:http";

/**
 * Reports each file as a success by a connection of its own, so many at once; returns the statuses.
 */
export async function onNewConnections(
  url: string,
  path: string,
  files: number[],
  atOnce: number,
): Promise<number[]> {
  const waiting = [...files];
  const statuses: number[] = [];
  const lane = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop())
      statuses.push(await put(url + path, { "file-id": file, status: "success" }));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return statuses;
}

function put(url: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", connection: "close" };
    const sent = call(url, { method: "PUT", agent: false, headers }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
}
