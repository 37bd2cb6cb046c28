import { QuoteType, Tokenizer } from "htmlparser2";

export interface PageLinks {
  /** the first `<base>` */
  base: string | undefined;
  /** of each `<a>`, as it is written; those in comments and scripts are ignored */
  links: string[];
}

/** Longer values are no links, and are not kept. */
const longestValue = 8_192;

/**
 * Reads the links of a page by its tags alone, in one pass. A parser also keeps which elements are
 * open and searches them at each end tag: 100,000 tags that are never closed took it 15 s.
 */
export function readLinks(text: string): PageLinks {
  const links: string[] = [];
  let base: string | undefined;
  let tag = "";
  let attribute = "";
  let value = "";
  let href: string | undefined;
  const append = (part: string) => {
    if (value.length <= longestValue) value += part;
  };
  const isLink = () => (tag === "a" || tag === "base") && attribute === "href";
  const endTag = () => {
    if (tag === "base") base ??= href;
    if (tag === "a" && href) links.push(href);
    [tag, href] = ["", undefined];
  };
  const ignored = () => undefined;
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        tag = end - start <= 4 ? text.slice(start, end).toLowerCase() : "";
        href = undefined;
      },
      onattribname(start, end) {
        attribute = end - start <= 4 ? text.slice(start, end).toLowerCase() : "";
        value = "";
      },
      onattribdata(start, end) {
        if (isLink()) append(text.slice(start, Math.min(end, start + longestValue + 1)));
      },
      onattribentity(point) {
        if (isLink()) append(String.fromCodePoint(point));
      },
      onattribend(quote) {
        if (isLink() && quote !== QuoteType.NoValue && value.length <= longestValue) href ??= value;
      },
      onopentagend: endTag,
      onselfclosingtag: endTag,
      oncdata: ignored,
      onclosetag: ignored,
      oncomment: ignored,
      ondeclaration: ignored,
      onend: ignored,
      onprocessinginstruction: ignored,
      ontext: ignored,
      ontextentity: ignored,
    },
  );
  tokenizer.write(text);
  tokenizer.end();
  return { base, links };
}
