type Priced = Readonly<{ answeredAt: Date | null; perMinuteMicros: bigint }>;

/** The price per minute of everything that is answered now, together. */
export const runningRate = (calls: readonly Priced[]): bigint =>
  calls.reduce((sum, call) => (call.answeredAt ? sum + call.perMinuteMicros : sum), 0n);
