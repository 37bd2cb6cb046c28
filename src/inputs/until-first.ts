import type { WalkedFile } from "./walk.ts";

type Give = (files: readonly WalkedFile[]) => Promise<void>;

/** Ends a search at its first file; where there is none, returns what it ended with. */
export async function untilFirst<End>(
  search: (give: Give) => Promise<End>,
): Promise<{ file: WalkedFile } | { end: End }> {
  const isFound = new Error("The first file is found.");
  let file: WalkedFile | undefined;
  const give: Give = async (files) => {
    [file] = files;
    if (file) throw isFound;
  };
  try {
    return { end: await search(give) };
  } catch (error) {
    if (error !== isFound || !file) throw error;
    return { file };
  }
}
