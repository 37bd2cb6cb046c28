// Pages for people, rendered here: they work without JavaScript, and with it they stay up to date.
import { Router } from "express";
import type { Mount } from "../http/mount.ts";
import { devicePages } from "./account/device.tsx";
import { firstAdminPages } from "./account/first-admin.tsx";
import { profilePages } from "./account/profile.tsx";
import { signInPages } from "./account/sign-in.tsx";
import { signOutPages } from "./account/sign-out.tsx";
import { tokenPages } from "./account/token.tsx";
import { tokensPages } from "./account/tokens.tsx";
import { actPages } from "./admin/acts.tsx";
import { groupPages } from "./admin/group.tsx";
import { groupsPages } from "./admin/groups.tsx";
import { keyPages } from "./admin/keys.tsx";
import { noticePages } from "./admin/notices.tsx";
import { peoplePages } from "./admin/people.tsx";
import { personPages } from "./admin/person.tsx";
import { assetPages } from "./assets.ts";
import { answeredElsewhere } from "./elsewhere.tsx";
import { errorPage } from "./error-page.tsx";
import { homePages } from "./home.tsx";
import { contentSecurityPolicy, redirectTo } from "./layout.tsx";
import { linksOf } from "./links.ts";
import { type Page, pageRouter } from "./page.ts";
import { actionPages } from "./request/actions.tsx";
import { deletePages } from "./request/delete.tsx";
import { filePages } from "./request/file.tsx";
import { requestPages } from "./request/page.tsx";
import { resultPages } from "./request/results.tsx";
import { s3Pages } from "./request/s3.tsx";

const ofPeople: Page[] = [
  ...homePages,
  ...profilePages,
  ...devicePages,
  ...tokensPages,
  ...tokenPages,
  ...firstAdminPages,
  ...requestPages,
  ...filePages,
  ...resultPages,
  ...s3Pages,
  ...actionPages,
  ...deletePages,
];

const ofOperators: Page[] = [
  ...peoplePages,
  ...personPages,
  ...groupsPages,
  ...groupPages,
  ...keyPages,
  ...actPages,
  ...noticePages,
];

/** What the pages of each port need. */
const ofBoth: Page[] = [...signInPages, ...signOutPages, ...assetPages];

export const pages: Page[] = [...ofPeople, ...ofOperators, ...ofBoth];

const ownFolders = [
  "admin",
  "assets",
  "auth-callback",
  "device",
  "first-admin",
  "profile",
  "requests",
  "sign-in",
  "sign-out",
  "signed-out",
  "tokens",
];

export const web: Mount = {
  name: "web",
  owns: (path) => path === "/" || ownFolders.includes(path.split("/")[1] ?? ""),
  contentSecurityPolicy,
  opensFromLinks: true,
  errorPage,
  signIn: ({ provider, urls }, path) => provider && redirectTo(linksOf({ urls }).signIn(path)),
  router(ctx, admit, serves) {
    const router = Router({ caseSensitive: true });
    const parts = [
      ["public", ofPeople],
      ["ops", ofOperators],
    ] as const;
    for (const [home, part] of parts)
      router.use(
        serves.includes(home)
          ? pageRouter(ctx, admit, part)
          : answeredElsewhere(ctx, admit, home, part),
      );
    return router.use(pageRouter(ctx, admit, ofBoth));
  },
};
