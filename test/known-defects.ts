/**
 * Known weaknesses of the two ServiceX servers that this one takes over from, in the order of their
 * severity's list.
 */
export interface Defect {
  number: number;
  what: string;
  /** why no test meets it yet */
  notYet?: string;
}

export const defects: Defect[] = [
  { number: 1, what: "A request completes as soon as the files known so far are done" },
  { number: 2, what: "A finder's failure looks like an empty dataset, remembered for ever" },
  { number: 3, what: "Queued files vanish with the only worker" },
  { number: 4, what: "A report said twice is counted twice" },
  { number: 5, what: "A report that cannot be stored is counted all the same" },
  { number: 6, what: "A fatal status cannot be stored, and poisons every read" },
  { number: 7, what: "Canceled and complete requests come back to life" },
  { number: 8, what: "Work is given out before the counts it is held against are there" },
  { number: 9, what: "Counts and states are written over one another" },
  { number: 10, what: "Two first users of a dataset get an error, or every file twice" },
  { number: 11, what: "A dataset stays in its lookup for ever" },
  { number: 12, what: "Chunks of files are doubled or lost unnoticed" },
  { number: 13, what: "One file leaves two objects, or a success has none" },
  { number: 14, what: "A cancel during the lookup leaves pods behind" },
  { number: 15, what: "An empty dataset has no finish time, and hangs the next request" },
  { number: 16, what: "A failed submit leaves its things behind" },
  { number: 17, what: "A deployment that cannot be made is not noticed" },
  { number: 18, what: "Twenty pods are started for one file" },
  { number: 19, what: "A cancel by number stops nothing" },
  { number: 20, what: "Details name the wrong file, and come when refused" },
  { number: 21, what: "Lists of files have no count and times of 1970" },
  { number: 22, what: "Each failure is listed for every file" },
  { number: 23, what: "A comma in a path parts it; long names are faults of the server" },
  { number: 24, what: "Pending users and rejections always fail" },
  { number: 25, what: "Anyone may report, add files and end requests" },
  { number: 26, what: "Secrets have defaults that everybody knows" },
  { number: 27, what: "Every user is given the root key of the store" },
  { number: 28, what: "Whoever types the administrator's address is the administrator" },
  { number: 29, what: "Any sign-in is enough for the whole API" },
  { number: 30, what: "Users choose the image that gets the secrets" },
  { number: 31, what: "Everybody reads and cancels everybody's requests" },
  { number: 32, what: "A foreign page changes things by a GET" },
  {
    number: 33,
    what: "A Slack message of the future is taken, and an address called unchecked",
  },
  { number: 34, what: "The sign-in's state is not checked; tokens lie in a cookie" },
  { number: 35, what: "Tokens never end and are stored as they are" },
  { number: 36, what: "SQL and its parameters are told to the caller" },
  { number: 37, what: "The broker's password is in the pod's arguments" },
  { number: 38, what: "Secrets in the environment are ignored" },
  { number: 39, what: "Internal addresses are open to all" },
  { number: 40, what: "Users are loaded by shell commands made of JSON" },
  { number: 41, what: "A list asks the database three questions a request" },
  { number: 42, what: "A list is built whole in memory, selections and all" },
  { number: 43, what: "The dashboard asks for each row, and polls twice a request" },
  { number: 44, what: "A large dataset blocks the call until it is killed half way" },
  { number: 45, what: "Calls to others have no end" },
  { number: 46, what: "One blocking connection to the broker serves all" },
  { number: 47, what: "Nothing repairs what got stuck" },
  { number: 48, what: "A failed file has no reason" },
  { number: 49, what: "Errors have the wrong status, and are pages" },
  { number: 50, what: "A lookup cannot be canceled" },
  { number: 51, what: "Migrations lose data and meet each other" },
  { number: 52, what: "The image registry's limits fail a submit" },
  { number: 53, what: "Nobody can ask whether the service lives" },
  { number: 54, what: "The clean-up runs behind the server's back" },
  { number: 55, what: "Today's client misses half of what it asks for" },
];
