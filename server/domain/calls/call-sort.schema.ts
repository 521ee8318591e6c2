// Apart from the schemas, so that a list does not bring the library of schemas with it.

/** The newest first; with a minus the oldest. */
export const callSorts = ["time", "-time"] as const;
export type CallSort = (typeof callSorts)[number];
