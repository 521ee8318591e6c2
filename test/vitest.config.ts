import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

import { LongestFirst } from "./lanes/longest-first.mjs";

const root = path.resolve(import.meta.dirname, "..");
const setup = (file: string) => [path.join(root, file)].filter((found) => existsSync(found));

/**
 * Two projects. `unit` runs files side by side, each on a database of its own; `pbx` has one telephone system, one
 * database and one set of workers for all its files, which therefore run one after the other.
 */
export default defineConfig({
  root,
  resolve: {
    alias: {
      "@": root,
      // Next decides by build condition whether a module may reach the browser; here everything is server.
      "server-only": path.join(root, "node_modules/server-only/empty.js"),
    },
  },
  test: {
    // For a slow machine with much to do. How fast something is, the bench says and no test.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 90_000, interval: 20 } },
    // By itself it leaves one core to whoever watches: with two, half the machine would stand idle.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: ["test/pbx/**", "test/e2e/**", "test/.output/**"],
          // Files share the modules they read, which halves the time of the lane: none may leave a module changed.
          isolate: false,
          globalSetup: setup("test/support/global-setup.ts"),
        },
      },
      {
        extends: true,
        test: {
          name: "pbx",
          include: ["test/pbx/**/*.test.ts"],
          globalSetup: setup("test/pbx/global-setup.ts"),
          fileParallelism: false,
        },
      },
    ],
  },
});
