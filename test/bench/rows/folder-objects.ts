import { join } from "node:path";
import { openFolderStore } from "../../../src/storage/folder.ts";
import type { Row } from "../row.ts";
import { reports } from "./reports.ts";

const atOnce = 64;

export const folderObjects: Row = {
  name: "folder objects",
  comparedWithBare: true,
  about:
    "A hundred reports a call whose results are objects in the folder store, each looked at " +
    "before its report counts; the objects are written before.",
  limits:
    "the one core of the service's process: for each object it asks the file system for its " +
    "size, and for the checksum's record where another process wrote the object (open, " +
    "read, close, in Node's four threads); what it wrote itself it remembers.",
  measure: (bench) =>
    reports(
      bench,
      { files: bench.quick ? 10_000 : 50_000, connections: 32, perCall: 100, atLeast: 10_000 },
      async (service, request, files) => {
        const store = await openFolderStore(join(service.dataDir, "store"), async () => "");
        const results: { name: string; size: number; checksum: string }[][] = new Array(
          files.length,
        );
        let next = 0;
        await Promise.all(
          Array.from({ length: atOnce }, async () => {
            for (let at = next++; at < files.length; at = next++) {
              const name = `${files[at]}-1-1-result.parquet`;
              const { size, checksum } = await store.put(
                request,
                name,
                Buffer.from(`the result of file ${files[at]}`),
              );
              results[at] = [{ name, size, checksum }];
            }
          }),
        );
        await store.close();
        return results;
      },
    ),
};
