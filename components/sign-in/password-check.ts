import { t } from "@/server/kernel/words";

const LEAST = 15;

/** Long is what counts; what is easily guessed the server knows better. */
export function passwordCheck(password: string): string | undefined {
  const missing = LEAST - [...password].length;
  return missing > 0
    ? t("Use {missing, plural, one {# more character} other {# more characters}}; at least {least} in all.", {
        missing,
        least: LEAST,
      })
    : undefined;
}
