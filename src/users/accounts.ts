// Accounts of people, as a sign-in finds or makes them.
export { type Account, arrive, makeAdmin } from "./account-store.ts";
