/**
 * Where somebody goes after a sign-in: a path of this service as its routes have it, or its first
 * page. What leads elsewhere, in any spelling that a browser knows, is the first page too.
 */
export function returnTo(text: string | undefined): `/${string}` {
  if (text === undefined || text.length > mostCharacters || !isPath.test(text)) return "/";
  if (!URL.canParse(text, base)) return "/";
  const { origin, pathname, search, hash } = new URL(text, base);
  // `/.//elsewhere.example` has become `//elsewhere.example`.
  if (origin !== base || pathname.startsWith("//") || ofSignIn.test(pathname)) return "/";
  return `/${pathname.slice(1)}${search}${hash}`;
}

const mostCharacters = 2_000;
const base = "http://service.invalid";
const isPath = /^\/(?!\/)[^\\\p{Cc}]*$/u;
const ofSignIn = /^\/(sign-in|sign-out|signed-out|auth-callback)(\/|$)/;
