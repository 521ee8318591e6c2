/** The posting key under which a level of a call's chain was charged; the same as call_settle writes. */
export const chargeKey = ({ callId, level }: Readonly<{ callId: string; level: number }>): string =>
  `call:${callId}:${level}`;
