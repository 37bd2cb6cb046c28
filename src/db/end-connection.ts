import type pg from "pg";
import { within } from "../time.ts";

const mostMilliseconds = 1_000;

/** Closes a connection; one whose other end does not respond is broken off after a second. */
export async function endConnection(client: pg.Client): Promise<void> {
  try {
    await within(mostMilliseconds, client.end());
  } catch {
    // The driver's own `end` waits for the other end
    (client as unknown as { connection: pg.Connection }).connection.stream.destroy();
  }
}
