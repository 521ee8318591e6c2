/**
 * Whether the database refused this and will refuse it every time: bad data, a broken constraint, a missing function.
 * Everything else (no connection, a restart, a deadlock, a full disk) may go better later.
 */
export function isPermanent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(?:22|23|42|P0|RF)[0-9A-Z]{3}$/.test(code);
}
