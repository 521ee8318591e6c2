const recorded = new WeakSet<Error>();

/** Marks a refusal whose event is written where it came from, so that it gets no second one. */
export function recordedHere<Refusal extends Error>(refusal: Refusal): Refusal {
  recorded.add(refusal);
  return refusal;
}

/** Whether a refusal has its event. */
export const isRecorded = (refusal: Error): boolean => recorded.has(refusal);
