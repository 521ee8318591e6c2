/** Counting: what a lane's report says, as passed and failed. Anything that did not run to its end has failed. */

export const failedLane = () => ({ passed: 0, failed: 1 });

export const sum = (totals) =>
  totals.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }), {
    passed: 0,
    failed: 0,
  });

export const closingLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

/** vitest's json report. A file that could not even be loaded holds no test, and has failed all the same. */
export function fromVitest(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  return settled(report.numPassedTests, report.numFailedTests + skipped + unloaded.length, report.success);
}

/** playwright's json report. A test that passed only at the second try is a failure: there are no retries. */
export function fromPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return settled(expected, unexpected + flaky + skipped + report.errors.length, report.errors.length === 0);
}

function settled(passed, failed, success) {
  const nothingRan = passed + failed === 0;
  return { passed, failed: nothingRan || (failed === 0 && !success) ? failed + 1 : failed };
}
