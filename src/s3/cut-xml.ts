// One pass over the tags of a document before anything is parsed. The parser takes seconds for a
// few megabytes of them.
import { S3Error } from "./s3-error.ts";

const deepest = 8;
/** characters from the end of one child of the root to the end of the next */
const longestChild = 16 * 1024;
const mostTagsOfChild = 100;
const pieceLength = 16 * 1024;

/**
 * Yields where the document can be cut, after children of the root, into pieces that are quick to
 * parse. `mostChildren`: of the root.
 */
export function* cutsOf(text: string, mostChildren: number): Generator<number> {
  let depth = 0;
  let tags = 0;
  let children = 0;
  let childEnd = 0;
  let cut = 0;
  for (let at = text.indexOf("<"); at !== -1; ) {
    const { end, change } = tagAt(text, at);
    depth += change;
    if (depth > deepest || ++tags > mostTagsOfChild || end - childEnd > longestChild)
      throw new S3Error("MalformedXML");
    if (depth === 1 && change !== 1) {
      if (++children > mostChildren) throw new S3Error("MalformedXML");
      childEnd = end;
      tags = 0;
      if (end - cut >= pieceLength) {
        cut = end;
        yield cut;
      }
    }
    at = text.indexOf("<", end);
  }
  if (text.length - childEnd > longestChild) throw new S3Error("MalformedXML");
}

interface Tag {
  end: number;
  /** of the depth */
  change: -1 | 0 | 1;
}

/** No document type: S3 has no use for it, and entities could expand without limit. */
function tagAt(text: string, at: number): Tag {
  if (text.startsWith("<!--", at)) return { end: after(text, "-->", at + 4), change: 0 };
  if (text.startsWith("<![CDATA[", at)) return { end: after(text, "]]>", at + 9), change: 0 };
  if (text.startsWith("<!", at)) throw new S3Error("MalformedXML");
  if (text.startsWith("<?", at)) return { end: after(text, "?>", at + 2), change: 0 };
  const end = after(text, ">", at + 1);
  if (text[at + 1] === "/") return { end, change: -1 };
  return { end, change: text[end - 2] === "/" ? 0 : 1 };
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at === -1) throw new S3Error("MalformedXML");
  return at + mark.length;
}
