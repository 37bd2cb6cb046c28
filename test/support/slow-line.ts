import { setTimeout as pause } from "node:timers/promises";
import { openLine } from "./line.ts";

/** A line whose bytes come back no faster than this. */
export function slowLine({ port, bytesPerSecond }: { port: number; bytesPerSecond: number }) {
  return openLine(port, ({ client, target }) => async (bytes) => {
    target.pause();
    client.write(bytes);
    await pause((bytes.length / bytesPerSecond) * 1000);
    target.resume();
  });
}
