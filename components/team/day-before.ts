/** The last day before a moment on the calendar of a zone, as a date field wants it: 2027-03-31 for midnight after it. */
export const dayBefore = (moment: Date, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(new Date(moment.getTime() - 1));
