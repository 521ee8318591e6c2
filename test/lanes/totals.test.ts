import { describe, expect, test } from "vitest";

import { closingLine, fromPlaywright, fromVitest, sum } from "./totals.mjs";

const vitest = (report: Partial<Parameters<typeof fromVitest>[0]>) =>
  fromVitest({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    success: true,
    testResults: [],
    ...report,
  });
const playwright = (stats: object, errors: readonly string[] = []) =>
  fromPlaywright({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors });

describe("what a report counts", () => {
  test("what passed has passed", () => {
    expect(vitest({ numPassedTests: 7 })).toEqual({ passed: 7, failed: 0 });
    expect(playwright({ expected: 5 })).toEqual({ passed: 5, failed: 0 });
  });

  test("a lane without a single test has failed", () => {
    expect(vitest({})).toEqual({ passed: 0, failed: 1 });
    expect(playwright({})).toEqual({ passed: 0, failed: 1 });
  });

  test("a skipped test has failed: a missing service must not look green", () => {
    expect(vitest({ numPassedTests: 3, numPendingTests: 2, numTodoTests: 1 })).toEqual({ passed: 3, failed: 3 });
    expect(playwright({ expected: 3, skipped: 2 })).toEqual({ passed: 3, failed: 2 });
  });

  test("a test that passes only sometimes has failed", () => {
    expect(playwright({ expected: 3, flaky: 1 })).toEqual({ passed: 3, failed: 1 });
  });

  test("a file that cannot be loaded has failed, although it holds no test", () => {
    const testResults = [
      { status: "failed", assertionResults: [] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
    ];
    expect(vitest({ numPassedTests: 4, numFailedTests: 1, success: false, testResults })).toEqual({
      passed: 4,
      failed: 2,
    });
  });

  test("a run that failed outside its tests has failed", () => {
    expect(vitest({ numPassedTests: 4, success: false })).toEqual({ passed: 4, failed: 1 });
    expect(playwright({ expected: 4 }, ["the stack did not start"])).toEqual({ passed: 4, failed: 1 });
  });
});

test("the closing line is plain", () => {
  const total = sum([
    { passed: 4, failed: 0 },
    { passed: 30, failed: 2 },
  ]);
  expect(closingLine(total)).toBe("34 passed, 2 failed");
});
