/** A path of ours as clients see it: PUBLIC_URL may have a prefix, which a proxy takes away. */
export function publicPath(publicUrl: string, path: string): string {
  if (!URL.canParse(publicUrl)) return path;
  return `${new URL(publicUrl).pathname.replace(/(?<!\/)\/+$/, "")}${path}`;
}
