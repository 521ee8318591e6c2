const LEAST = 15;

/** Long is what counts; what is easily guessed the server knows better. */
export function passwordCheck(password: string): string | undefined {
  const missing = LEAST - [...password].length;
  return missing > 0
    ? `Use ${missing} more ${missing === 1 ? "character" : "characters"}; at least ${LEAST} in all.`
    : undefined;
}
