/** The value of Content-Disposition: a browser saves the object under its own name and shows none of it as a page (RFC 6266). */
export function attachment(name: string): string {
  const file = name.slice(name.lastIndexOf("/") + 1);
  const plain = file.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(file).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return plain === file
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
