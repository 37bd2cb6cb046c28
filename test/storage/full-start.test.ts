// A service that starts although its store is full: it serves, and says what needs an operator.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";
import {
  makeSmallFileSystem,
  noSmallFileSystem,
  type SmallFileSystem,
} from "../support/small-file-system.ts";

let disk: SmallFileSystem | undefined;
let service: Service | undefined;
afterEach(async () => {
  await service?.remove();
  disk?.remove();
});

const sentence = "The store is full: no space is left on the device (ENOSPC).";

test.skipIf(noSmallFileSystem)(
  "a start with a full store says so in the ready line and in the log",
  async () => {
    disk = makeSmallFileSystem(1);
    service = await startService({ STORE_URL: `file://${disk.path}/store` });
    expect(service.stdout()).not.toContain("warning");
    await service.stop();
    const filler = join(disk.path, "filler");
    expect(() => writeFileSync(filler, Buffer.alloc(2 * 2 ** 20))).toThrow("ENOSPC");
    service = await service.again();
    expect(service.stdout()).toMatch(
      /^Longshore is ready at http:.*, but with a warning about the/,
    );
    expect(service.stdout()).toContain(`a warning about the store: ${sentence}\n`);
    expect(service.stderr()).toContain(sentence);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  },
);
