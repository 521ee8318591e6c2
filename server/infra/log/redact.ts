/** Key names whose values never leave the process, compared without case, "_" and "-"; a longer name ending so counts too. */
const secretEndings = [
  "secret",
  "password",
  "token",
  "apikey",
  "sessionid",
  "authorization",
  "cookie",
  "passwd",
  "md5cred",
  "passworddigest",
];

/** What Asterisk puts into its security events about the digest exchange: enough to guess a password offline. */
const digestFields = new Set(["challenge", "response", "expectedresponse", "receivedhash", "receivedchallenge"]);

export const REDACTED = "[REDACTED]";
const MAX_DEPTH = 8;
const CREDENTIALS_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi;
const BEARER = /\b(bearer|basic|digest)\s+[A-Za-z0-9+/=_.~-]{8,}/gi;

const plain = (name: string) => name.toLowerCase().replace(/[_-]/g, "");

export function isSecretName(name: string): boolean {
  const key = plain(name);
  return secretEndings.some((ending) => key.endsWith(ending));
}

/** Names of the digest exchange, dropped from security events before anything stores or logs them. */
export const isDigestField = (name: string): boolean => digestFields.has(plain(name));

/** Hides credentials that hide inside text: in a connection URL or an authorisation header. */
export const redactText = (text: string): string =>
  text.replace(CREDENTIALS_IN_URL, `$1:${REDACTED}@`).replace(BEARER, `$1 ${REDACTED}`);

/** A copy that is safe to log or to store: secret names lose their values, text loses credentials. The input stays as it is. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return "[deep]";
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (value instanceof Map) return redact(Object.fromEntries(value), depth);
  if (ArrayBuffer.isView(value)) return "[bytes]";
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isSecretName(name) ? REDACTED : redact(inner, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const extra = redact({ ...error }, depth + 1) as Record<string, unknown>;
  return {
    ...extra,
    type: error.name,
    message: redactText(error.message),
    ...(error.stack ? { stack: redactText(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
