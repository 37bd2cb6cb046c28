/** A row of the contract of the ISIMIP Files API, and tests that fail where it does not hold. */
export interface Scenario {
  /** A: acceptance; E: what this service must do; W: a weakness of the original */
  row: string;
  what: string;
  /** by files below test/, names of tests as they are written */
  tests: Record<string, string[]>;
  /** why there is none */
  none?: string;
}

const at = (name: string) => `facades/isimip/${name}.test.ts`;
const jobs = at("jobs");
const texts = at("texts");
const uploads = at("uploads");
const shapes = at("shapes");
const tasks = at("tasks");
const places = at("places");
const killed = at("killed");
const access = at("access");
const expiry = at("expiry");
const extract = "operations/extract.test.ts";

const thirtyTwo =
  "32 files become 32 tables of means in one zip; the same question is the same job";
const failing = "a file that fails is told of, and the others come";
const allFailing = "where no file came out the job has failed with the reasons, and is tried again";
const toolFails =
  "where the tool of %s fails, its file fails alone, is not tried again, and says why";
const commands = "%s %j is the command of the contract, as a list";
const hangs = "a tool that hangs fails its file alone, after its time, and leaves nothing";
const deletedAtWork =
  "a job that is deleted while a tool works leaves no process, no folder and no job";
const deleted = "a job that is deleted is gone, and so is its zip; asked again it is a new one";
const expired =
  "its time is counted down; then job and zip are gone together, and posting makes a new job";
const zip = "the zip is read whole, in ranges, by HEAD; what is complete is 416";
const sameNames = "files of one name in two folders both come, named by their folders";
const eight = "eight equal calls at the same moment are one job, and one of them has made it";
const badUpload = "an upload called %j is refused, and nothing is written for it";
const badForm = "what is wrong with a form is told, and no file of it stays";
const badShape = "a shape that is %s fails the files with a sentence";
const path = "the path %.40j";
const operation = "an operation with %j";
const notOpened = "a job is taken without a look into its files";

export const scenarios: Scenario[] = [
  { row: "A0", what: "32 files, means as tables", tests: { [jobs]: [thirtyTwo] } },
  {
    row: "A1",
    what: "each text of both versions",
    tests: { [texts]: ["the two fields: %j", path, operation, "no JSON", "%j"] },
  },
  {
    row: "A2",
    what: "too many files and operations, empty lists, a list, no content type",
    tests: { [texts]: ["the two fields: %j", "%.20s", "no content type, and another one"] },
  },
  { row: "A3", what: "paths and links out of the root", tests: { [texts]: [path] } },
  { row: "A4", what: "one of three files has too fine a grid", tests: { [jobs]: [failing] } },
  {
    row: "A5",
    what: "all files fail, and ncks fails",
    tests: { [jobs]: [allFailing], [tasks]: [toolFails] },
  },
  { row: "A6", what: "cdo hangs", tests: { [killed]: [hangs] } },
  {
    row: "A7",
    what: "a worker is killed in the middle",
    tests: {
      [killed]: ["a worker that is killed inside cdo costs no file, and each is in the zip once"],
    },
  },
  {
    row: "A8",
    what: "a point at longitude 150, latitude -33, in each way of writing it",
    tests: {
      [places]: [
        "%s at longitude 150, latitude -33 is that cell, as a list and as an object",
        "in the documented order a list is that cell too, where the site says so",
      ],
    },
  },
  {
    row: "A9",
    what: "boxes over the date line, upside down, of NaN and of text",
    tests: {
      [places]: [
        "%s over the date line has the cells on both sides of it, and no other",
        "a box that is none is refused: %s",
      ],
    },
  },
  {
    row: "A10",
    what: "evil names of uploads, zip bombs, shapes without geometry, a gigabyte",
    tests: {
      [uploads]: [
        badUpload,
        "an upload of a gigabyte is refused at its first megabytes, and nothing of it stays",
      ],
      [shapes]: [badShape],
    },
  },
  {
    row: "A11",
    what: "a mask is made of a shape, and read",
    tests: {
      [shapes]: [
        "of a feature in GeoJSON the right cells keep their values: m_%s",
        "the mask is NetCDF 4 with a byte for each cell, and the feature's properties",
      ],
    },
  },
  {
    row: "A12",
    what: "DELETE while it runs, and reading after it",
    tests: { [killed]: [deletedAtWork], [jobs]: [deleted] },
  },
  { row: "A13", what: "a download goes on", tests: { [jobs]: [zip] } },
  { row: "A14", what: "a job expires", tests: { [expiry]: [expired] } },
  {
    row: "E1",
    what: "a task for each file, side by side, with its own deadline, tried again for machines",
    tests: {
      [tasks]: ["files of a job are worked on at the same time", toolFails],
      [killed]: ["a worker that is killed inside cdo costs no file, and each is in the zip once"],
      "unit/extract-deadline.test.ts": [
        "a command has a minute, and a second more for each megabyte of its file",
      ],
    },
  },
  {
    row: "E2",
    what: "four words for a status, and counters that are true",
    tests: { [jobs]: [thirtyTwo, failing, allFailing] },
  },
  {
    row: "E3",
    what: "commands as lists, standard error apart, no path of the server",
    tests: {
      [tasks]: [commands, toolFails],
      [jobs]: [failing],
      [extract]: ["a csv of a country is as clean, though HDF5 complains"],
    },
  },
  {
    row: "E4",
    what: "the zip is made once, has each result, and is read in ranges",
    tests: {
      [jobs]: [sameNames, zip],
      [killed]: ["a service that is killed between the last file and the zip makes the zip once"],
    },
  },
  { row: "E5", what: "zip and results expire with the job", tests: { [expiry]: [expired] } },
  {
    row: "E6",
    what: "DELETE stops and removes",
    tests: { [killed]: [deletedAtWork], [jobs]: [deleted] },
  },
  {
    row: "E7",
    what: "limits of files, operations, uploads, output, cells and jobs of a caller",
    tests: {
      [texts]: ["the two fields: %j"],
      [uploads]: [badForm],
      [extract]: [
        "%s that makes more than it may fails the file",
        "a file that is no NetCDF, cut off, without a grid or too fine has its own sentence",
      ],
      [access]: [
        "without a name nobody is taken, unless it is open; then they neither stop nor delete",
      ],
    },
  },
  {
    row: "E8",
    what: "equal jobs are one; a failed one runs again",
    tests: { [jobs]: [eight, allFailing] },
  },
  {
    row: "E9",
    what: "the grid of a file is read once",
    tests: {
      [tasks]: ["another cut of a file reads no header of it again, until the file is another"],
      "unit/header-memory.test.ts": ["what was read of a file is known until the file is another"],
    },
  },
  {
    row: "E10",
    what: "one rule for the names of shapes, masks and uploads",
    tests: { [uploads]: [badUpload], [texts]: [operation] },
  },
  { row: "E11", what: "zipped shapefiles have limits", tests: { [shapes]: [badShape] } },
  { row: "E12", what: "no link leads out of the root", tests: { [texts]: [path] } },
  {
    row: "E13",
    what: "a step of any request, with files of any finder",
    tests: {
      "operations/extract-chain.test.ts": [
        "files come from tape by a finder's name, are cut, and are one zip",
      ],
    },
  },
  {
    row: "W1",
    what: "longitude and latitude of a point are exchanged",
    tests: {
      [places]: ["%s at longitude 150, latitude -33 is that cell, as a list and as an object"],
    },
  },
  { row: "W2", what: "a shape is written out of its folder", tests: { [uploads]: [badUpload] } },
  { row: "W3", what: "a failure of ncks kills the job", tests: { [tasks]: [toolFails] } },
  { row: "W4", what: "finished although all files failed", tests: { [jobs]: [allFailing] } },
  { row: "W5", what: "paths of the server in texts", tests: { [jobs]: [failing] } },
  { row: "W6", what: "one time limit for the whole job", tests: { [killed]: [hangs] } },
  {
    row: "W7",
    what: "results are never removed",
    tests: { [expiry]: [expired], [jobs]: [deleted], [killed]: [deletedAtWork] },
  },
  {
    row: "W8",
    what: "the id of a job forgets uploads and versions of files",
    tests: {
      [uploads]: [
        "other content of the same name is another job, and so is the same of another name",
        "two uploads whose names are exchanged are another job",
      ],
      [jobs]: [
        "a file that was replaced is another question",
        "a mask of the service that was replaced makes another question of it",
      ],
    },
  },
  {
    row: "W9",
    what: "nobody is asked who they are, and nobody has a limit",
    tests: {
      [access]: [
        "without a name nobody is taken, unless it is open; then they neither stop nor delete",
        "a person sees their own jobs alone, by the same id",
      ],
    },
  },
  { row: "W10", what: "a link inside is followed", tests: { [texts]: [path] } },
  {
    row: "W11",
    what: "500 for wrong types, and errors as HTML",
    tests: { [texts]: [operation, "%.20s", "no content type, and another one"] },
  },
  { row: "W12", what: "one name overwrites another", tests: { [jobs]: [sameNames] } },
  {
    row: "W13",
    what: "codes of countries are cut to three letters",
    tests: {
      [extract]: ["a country has its own mask, not that of another with the same first letters"],
    },
  },
  {
    row: "W14",
    what: "a mask that was not sent, and a table in the middle of a chain, are taken",
    tests: {
      [texts]: [
        "a mask that is not sent with the job",
        "paths and operations are told of together, and several operations in their order",
      ],
    },
  },
  { row: "W15", what: "a POST opens each file", tests: { [texts]: [notOpened] } },
  {
    row: "W16",
    what: "tests of the original fail, and a script of its package leads nowhere",
    tests: {},
    none: "It is about files of the original.",
  },
  {
    row: "W17",
    what: "standard error is in the table",
    tests: {
      [extract]: [
        "a csv of means has dates and means over areas, and no word of standard error",
        "a csv of a country is as clean, though HDF5 complains",
      ],
    },
  },
  { row: "W18", what: "equal calls make several jobs", tests: { [jobs]: [eight] } },
  {
    row: "W19",
    what: "examples of the documentation are no JSON, and contradict each other",
    tests: { "unit/isimip-doc.test.ts": ["each example of doc/%s is taken as it stands"] },
  },
];
