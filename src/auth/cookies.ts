// The cookies of sign-in. Their names keep services on one host apart, since a browser sends its
// cookies to every port.

export interface CookieKind {
  name: string;
  /** for https alone; the prefix of the name makes browsers refuse one that another host has set */
  isSecure: boolean;
}

export function cookieOf(
  { urls }: { urls: { public(): string } },
  purpose: "session" | "sign-in" | "first-admin",
): CookieKind {
  const { protocol, port } = new URL(urls.public());
  if (protocol !== "https:")
    return { name: `longshore-${purpose}-${port || "80"}`, isSecure: false };
  return { name: `__Host-longshore-${purpose}`, isSecure: true };
}

/** The values of this name, in the order in which the browser sends them. */
export function cookiesOf(header: string | undefined, name: string): string[] {
  return (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** As `Set-Cookie` has it. Without `seconds` it lasts as long as the browser runs. */
export function setCookie({ name, isSecure }: CookieKind, value: string, seconds?: number): string {
  return [
    `${name}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    ...(isSecure ? ["Secure"] : []),
    ...(seconds === undefined ? [] : [`Max-Age=${seconds}`]),
  ].join("; ");
}
