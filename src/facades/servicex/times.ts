/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`: always six digits, of which our views have three. */
export function timestamp(time: string | Date): string {
  const text = typeof time === "string" ? time : time.toISOString();
  return text.replace(
    /(\.\d{3})?Z$/,
    (_, fraction: string | undefined) => `${fraction ?? ".000"}000Z`,
  );
}
