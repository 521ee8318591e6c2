import { vi } from "vitest";

/** Waits until a check passes. As long as a slow machine with much to do may take: how fast something is, the bench says. */
export const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 90_000, interval: 20 });
