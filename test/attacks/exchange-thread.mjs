// A thread that puts one thing after another in a place, in turns, until it is told to stop.
import { copyFileSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

const { place, steps, root, elsewhere } = workerData;
const draft = `${place}.new`;
const put = {
  link() {
    symlinkSync(join(elsewhere, "table.csv"), draft);
    renameSync(draft, place);
  },
  file() {
    copyFileSync(join(root, "harmless"), draft);
    renameSync(draft, place);
  },
  pipe() {
    renameSync(join(root, "pipe"), draft);
    renameSync(draft, place);
  },
  keepPipe() {
    renameSync(place, join(root, "pipe"));
  },
  folderLink() {
    renameSync(place, `${place}.kept`);
    symlinkSync(elsewhere, place);
  },
  folder() {
    unlinkSync(place);
    renameSync(`${place}.kept`, place);
  },
};

let stopped = false;
let turns = 0;
parentPort.on("message", () => {
  stopped = true;
});
exchange();

function exchange() {
  for (let at = 0; at < 50; at++) {
    for (const step of steps) put[step]();
    turns++;
  }
  if (!stopped) return setImmediate(exchange);
  parentPort.postMessage(turns);
  parentPort.close();
}
