import { DomainError } from "@/server/kernel/errors";

export type Failure = Readonly<{ code: string; message: string }>;

const codeOfName: Readonly<Record<string, string>> = {
  BadInput: "invalid_input",
  NoPlaceError: "not_running",
  EnvironmentError: "environment_invalid",
  NoOperator: "no_operator",
};

/** What a database that is not there says, at whatever depth, and one that goes away (57P01, 57P02) or is not yet back (57P03). */
const unreachable =
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|Can't reach database|connection timeout|Connection terminated|57P0[123]/i;
const refused = /password authentication failed|28P01|role ".*" does not exist|AuthenticationFailed/i;
const unmigrated = /(relation|function|schema) .* does not exist|42P01|42883|TableDoesNotExist/i;

/** One code and one sentence for whatever went wrong. No stack, and nothing of an address that may hold a password. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DomainError) return { code: error.code, message: error.sentence };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = codeOfName[name];
  if (code !== undefined) return { code, message };
  const said = wordsOf(error);
  if (unreachable.test(said)) {
    return {
      code: "database_unreachable",
      message: "The database cannot be reached: is it running? See ringfence doctor.",
    };
  }
  if (refused.test(said)) {
    const message = "The database refused the login: DATABASE_URL and AUTH_SECRET must be those of web and workers.";
    return { code: "database_refused", message };
  }
  if (unmigrated.test(said)) {
    return {
      code: "database_not_migrated",
      message: "The database is not prepared for this version: run npm run migrate.",
    };
  }
  return { code: "internal", message: `Something went wrong; nothing was changed. (${firstLine(message)})` };
}

const firstLine = (text: string): string =>
  (text.split("\n").findLast((line) => line.trim() !== "") ?? "").replace(/\/\/[^@\s]*@/g, "//***@").slice(0, 300);

/** Everything that the error and its causes say, for telling the common troubles apart. */
function wordsOf(error: unknown, depth = 0): string {
  if (depth > 5 || error === null || typeof error !== "object") return String(error ?? "");
  const own = Object.entries(error)
    .filter(([key]) => key !== "stack")
    .map(([, value]) => wordsOf(value, depth + 1));
  const { message, cause } = error as { message?: string; cause?: unknown };
  return [message ?? "", ...own, cause === undefined ? "" : wordsOf(cause, depth + 1)].join(" ");
}
