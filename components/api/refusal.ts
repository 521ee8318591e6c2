import { refusals } from "@/components/api/refusal-words";
import type { DomainErrorCode } from "@/server/kernel/errors";
import { say, t } from "@/server/kernel/words";

/** What a person is told when something was refused or failed: what, why, what next, and a code to quote. */
export type Refusal = Readonly<{ code: string; title: string; next: string }>;

const codeOfHttp: Record<string, DomainErrorCode> = {
  UNAUTHORIZED: "unauthenticated",
  FORBIDDEN: "forbidden",
  NOT_FOUND: "not_found",
  BAD_REQUEST: "invalid_input",
  TOO_MANY_REQUESTS: "rate_limited",
  CONFLICT: "conflict",
};

/** What never left the browser. */
export class NotSent extends Error {}

type ErrorData = Readonly<{
  domainCode?: unknown;
  code?: unknown;
  requestId?: unknown;
  sentence?: unknown;
  detail?: unknown;
  problems?: unknown;
}>;

const dataOf = (error: unknown): ErrorData => {
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null ? data : {};
};

/** Turns whatever a query or mutation threw into a sentence. Nothing of the error's own text is shown. */
export function refusalOf(error: unknown): Refusal {
  const { domainCode, code, requestId, sentence } = dataOf(error);
  const known = typeof domainCode === "string" ? domainCode : typeof code === "string" ? codeOfHttp[code] : undefined;
  if (known && known in refusals) {
    const refusal = refusals[known as DomainErrorCode];
    if (refusal) {
      return {
        code: known,
        title: typeof sentence === "string" ? sentence : say(refusal.title),
        next: say(refusal.next),
      };
    }
  }
  if (error instanceof Error && error.cause instanceof NotSent) {
    return {
      code: "offline",
      title: t("You are offline, so this was not sent."),
      next: t("What you typed stays. Send it again when the connection is back."),
    };
  }
  if (code === undefined) {
    return {
      code: "no_answer",
      title: t("The portal did not answer."),
      next: t(
        "Check your connection and try again. It is not known whether the last act went through; look before you repeat it.",
      ),
    };
  }
  return {
    code: typeof requestId === "string" ? `internal · ${requestId}` : "internal",
    title: t("Something went wrong on our side."),
    next: t("Nothing was changed. Try again, and quote the code if it stays."),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/**
 * What the server found wrong with which field, as one sentence each: the broken rules of the input, or the field that a
 * refusal names. Names that the form does not have are not asked for by it, so they do no harm.
 */
export function problemsOf(error: unknown): Partial<Record<string, string>> {
  const { problems, detail, sentence } = dataOf(error);
  const found: Record<string, string> = {};
  if (isRecord(problems)) {
    for (const [field, sentences] of Object.entries(problems)) {
      if (Array.isArray(sentences) && typeof sentences[0] === "string") found[field] = sentences[0];
    }
  }
  const field = isRecord(detail) ? detail["field"] : undefined;
  if (typeof field === "string" && typeof sentence === "string") found[field] ??= sentence;
  return found;
}

/** What is there by now, of a refusal that says that somebody else changed it. */
export function thereOf(error: unknown): Record<string, string | number | boolean | null> {
  const { domainCode, detail } = dataOf(error);
  const there = domainCode === "changed_meanwhile" && isRecord(detail) ? detail["there"] : undefined;
  return typeof there === "string" ? JSON.parse(there) : {};
}

/** What is said at the end of a form: nothing when every problem stands at a field of its own. */
export function refusalBeside(error: unknown, fields: object): Refusal | undefined {
  if (!error) return undefined;
  const problems = Object.keys(problemsOf(error));
  return problems.length > 0 && problems.every((field) => field in fields) ? undefined : refusalOf(error);
}
