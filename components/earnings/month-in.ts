import { dateFormat } from "@/server/kernel/locale";

const MONTH = /^20\d{2}-(0[1-9]|1[0-2])$/;

/** The month that an address names; undefined is the one that goes on. */
export const monthIn = (text: string | string[] | null | undefined): string | undefined =>
  typeof text === "string" && MONTH.test(text) ? text : undefined;

/** The month so many months later, as 2027-01. */
export function monthAfter(month: string, steps: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + steps, 1)).toISOString().slice(0, 7);
}

/** A month as people say it: January 2027. */
export const monthName = (month: string): string =>
  dateFormat({ month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
