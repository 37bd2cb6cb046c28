/** Why a file was not extracted: a class of the operations' contract, and a sentence. */
export class ExtractError extends Error {
  readonly class: string;
  constructor(faultClass: string, message: string) {
    super(message);
    this.class = faultClass;
  }
}

/** The worker ends, or the file is no longer wanted: it is no fault of the file. */
export const stoppedClass = "given_back";

export function stopped(): ExtractError {
  return new ExtractError(stoppedClass, "The work on the file was stopped.");
}
