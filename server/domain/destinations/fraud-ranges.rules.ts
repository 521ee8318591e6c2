import { callingCodeOf, isDestination } from "@/server/domain/destinations/countries.rules";

export type FraudRange = Readonly<{
  /** Digits of E.164 that its numbers begin with. */
  prefix: string;
  country: string;
  /** All numbers of the country. */
  whole: boolean;
  reason: string;
}>;

export type RangeProblem = Readonly<{ line: number; problem: string }>;

const MOST = 20_000;
const MOST_PROBLEMS = 100;
const ROW = /^\s*"?\+?(\d+)"?\s*[,;]\s*"?([A-Za-z]{2})"?\s*[,;]\s*(?:"((?:[^"]|"")*)"|([^"]*))\s*$/;

/**
 * Reads a list of ranges: lines of prefix, country and reason, parted by commas or semicolons, under a line of names. Of two
 * lines about one prefix the last counts; empty lines and remarks (#) are let go.
 * @returns what is wrong with which line beside it; a list with problems is not to be used in part.
 */
export function readFraudRanges(text: string): { ranges: FraudRange[]; problems: RangeProblem[] } {
  const found = new Map<string, FraudRange>();
  const problems: RangeProblem[] = [];
  for (const [at, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === "" || line.startsWith("#") || (at === 0 && /^"?prefix\b/i.test(line))) continue;
    const range = readRange(line);
    if ("problem" in range) problems.push({ line: at + 1, problem: range.problem });
    else found.set(range.prefix, range);
    if (problems.length >= MOST_PROBLEMS) break;
  }
  if (found.size > MOST) problems.push({ line: MOST + 1, problem: `a list has at most ${MOST} ranges` });
  if (found.size === 0 && problems.length === 0) problems.push({ line: 1, problem: "there is no range in it" });
  return { ranges: [...found.values()], problems };
}

function readRange(line: string): FraudRange | { readonly problem: string } {
  const [, prefix = "", letters = "", quoted, plain] = ROW.exec(line) ?? [];
  const [country, reason] = [letters.toUpperCase(), (quoted?.replaceAll('""', '"') ?? plain ?? "").trim()];
  if (prefix === "") return { problem: "is not prefix, country and reason" };
  if (!/^[1-9]\d{1,14}$/.test(prefix)) return { problem: "its prefix is not 2 to 15 digits with the country's code" };
  if (!isDestination(country)) return { problem: `there is no country ${country}` };
  const code = callingCodeOf(country);
  if (!prefix.startsWith(code)) return { problem: `numbers of ${country} begin with ${code}` };
  if (reason === "" || reason.length > 200) return { problem: "it needs a reason, of at most 200 letters" };
  // Under the code that North America shares, a country is an area code.
  return { prefix, country, whole: prefix === code || (code === "1" && prefix.length === 4), reason };
}
