// The side of the confined program: takes messages, and ends with the process that started it.
import { writeFileSync } from "node:fs";
import { ready } from "./process.ts";

export function serveParent<Message>(onMessage: (message: Message) => void): {
  send(message: object): void;
} {
  goFirst();
  process.on("message", onMessage);
  // Work that still runs on a thread of its own would delay an ordinary exit
  const end = () => process.kill(process.pid, "SIGKILL");
  process.on("disconnect", end);
  // The parent may have died while this program was loading, and that is not announced again
  if (process.connected) process.send?.(ready);
  else end();
  return { send: (message) => void process.send?.(message) };
}

/** Where the machine has no memory left, this process is killed, not the service. */
function goFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Only Linux has it
  }
}
