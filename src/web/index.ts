// Pages for people, rendered here: they work without JavaScript, and with it they stay up to date.
import type { Mount } from "../http/mount.ts";
import { assetPages } from "./assets.ts";
import { errorPage } from "./error-page.tsx";
import { homePages } from "./home.tsx";
import { contentSecurityPolicy } from "./layout.tsx";
import { type Page, pageRouter } from "./page.ts";
import { actionPages } from "./request/actions.tsx";
import { deletePages } from "./request/delete.tsx";
import { filePages } from "./request/file.tsx";
import { requestPages } from "./request/page.tsx";
import { resultPages } from "./request/results.tsx";
import { s3Pages } from "./request/s3.tsx";

export const pages: Page[] = [
  ...homePages,
  ...requestPages,
  ...filePages,
  ...resultPages,
  ...s3Pages,
  ...actionPages,
  ...deletePages,
  ...assetPages,
];

export const web: Mount = {
  name: "web",
  owns: (path) => path === "/" || /^\/(requests|assets)(\/|$)/.test(path),
  contentSecurityPolicy,
  opensFromLinks: true,
  errorPage,
  router: (ctx, admit) => pageRouter(ctx, admit, pages),
};
