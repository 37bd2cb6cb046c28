/** A guard taken out of the sources, and the tests that must then fail. */
export interface Mutant {
  /** what the service does without the guard */
  name: string;
  /** below src/ */
  file: string;
  /** occurs once in the file */
  from: string;
  to: string;
  /** below test/ */
  tests: string[];
  /** a part of the name of the test, where the others of its file take long */
  only?: string;
}
