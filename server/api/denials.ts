const WINDOW_MS = 60_000;
const MOST_PER_WINDOW = 20;
const MOST_REMEMBERED = 10_000;

/**
 * Decides which denials are worth an audit event. The first of a kind in a minute is; repeats, and a person's twenty-first
 * kind in that minute, are not: somebody who keeps knocking must not fill the trail.
 */
export function createDenialGate(now: () => number = Date.now) {
  let startedAt = now();
  let seen = new Set<string>();
  let perPerson = new Map<string, number>();
  return {
    worthRecording(userId: string, tenantId: string, permission: string): boolean {
      if (now() - startedAt >= WINDOW_MS || seen.size >= MOST_REMEMBERED) {
        startedAt = now();
        seen = new Set();
        perPerson = new Map();
      }
      const key = `${userId} ${tenantId} ${permission}`;
      const before = perPerson.get(userId) ?? 0;
      if (seen.has(key) || before >= MOST_PER_WINDOW) return false;
      seen.add(key);
      perPerson.set(userId, before + 1);
      return true;
    },
  };
}
