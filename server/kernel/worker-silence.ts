/** A worker beats every five seconds; after four missed beats it counts as gone. */
const SILENT_MS = 20_000;

/** Whether a worker counts as gone that was heard last at that moment. */
export const isSilentSince = (heardAt: Date, nowMs: number): boolean => nowMs - heardAt.getTime() > SILENT_MS;
