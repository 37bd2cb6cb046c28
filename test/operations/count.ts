// The example of doc/adding-an-operation.md: a test compares the two, the shared suite performs it.
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { WorkerOperation } from "../../src/operations/contract.ts";

const settings = z.strictObject({
  end: z.string().length(1).default("\n").describe("the character that ends a line"),
});

export const count: WorkerOperation<z.infer<typeof settings>> = {
  name: "count",
  runsIn: "worker",
  summary: "Counts the lines of each text file.",
  settings,
  example: { settings: {}, file: { name: "lines.txt", content: "one\ntwo\n" } },
  outputs: () => ["lines.json"],
  async perform(task, context) {
    const [location] = [...task.inputs, ...task.replicas];
    const [upload] = task.uploads;
    if (!location || !upload) throw new Error("The task has no file, or no upload.");
    const { path } = await context.fetchInput(location);
    let lines = 0;
    for await (const text of createReadStream(path, { encoding: "utf8", signal: context.signal }))
      lines += text.split(task.settings.end).length - 1;
    const output = join(context.scratch, "lines.json");
    await writeFile(output, JSON.stringify({ lines }));
    return { status: "success", results: [await context.upload(upload, output)] };
  },
};
