/**
 * Whether the Accept header is a browser's: it names HTML, and does not prefer JSON to it. Programs
 * that accept anything get JSON.
 */
export function prefersPage(accept = ""): boolean {
  let html = 0;
  let json = 0;
  for (const part of accept.slice(0, 2000).split(",")) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = Number(parameters.find((text) => text.startsWith("q="))?.slice(2) ?? 1);
    if (type === "text/html") html = quality;
    if (/^application\/(problem\+)?json$/.test(type)) json = Math.max(json, quality);
  }
  return html > 0 && html >= json;
}
