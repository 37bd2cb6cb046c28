import { expect, test } from "vitest";
import { watchFolders } from "../../src/inputs/watch-folders.ts";

test("folders are compared many at once, and the changed ones are named in their order", async () => {
  const watch = watchFolders();
  let running = 0;
  let most = 0;
  for (let index = 0; index < 100; index++)
    watch.add(
      `/data/${index}`,
      {
        async namesIfChanged() {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          if (index === 7) throw new Error("it was removed");
          return index % 50 === 0 ? ["other"] : undefined;
        },
      },
      ["a"],
      (names) => names,
    );
  const { signal } = new AbortController();
  expect(await watch.changed(signal)).toEqual(["/data/0", "/data/7", "/data/50"]);
  expect(most).toBe(32);
});
