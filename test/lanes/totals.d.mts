export type Total = { passed: number; failed: number };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
  testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
};
type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: readonly unknown[];
};

export function failedLane(): Total;
export function sum(totals: readonly Total[]): Total;
export function closingLine(total: Total): string;
export function fromVitest(report: VitestReport): Total;
export function fromPlaywright(report: PlaywrightReport): Total;
