/**
 * The operation of requests that another service did before they were imported. Nothing here does
 * it: they are ended, and cannot be redriven.
 */
export const importedOperation = "servicex";
