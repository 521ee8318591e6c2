const WINDOW_MS = 60_000;
const MOST_NAMES = 20_000;

export type Allowance = Readonly<{ ok: boolean; most: number; left: number; resetS: number }>;

/**
 * Counts requests by name in windows of a minute. In the memory of this process: with several processes each counts what it
 * answers, so the true limit is as many times higher.
 */
export function createRateLimit(most: number, now: () => number = Date.now) {
  const windows = new Map<string, { until: number; count: number }>();
  return {
    take(name: string): Allowance {
      const at = now();
      if (windows.size > MOST_NAMES) windows.clear();
      let window = windows.get(name);
      if (!window || window.until <= at) {
        window = { until: at + WINDOW_MS, count: 0 };
        windows.set(name, window);
      }
      window.count += 1;
      const resetS = Math.max(1, Math.ceil((window.until - at) / 1_000));
      return { ok: window.count <= most, most, left: Math.max(0, most - window.count), resetS };
    },
  };
}
