// Apart from the schemas, so that a list does not bring the library of schemas with it.

/** Last seen and number, the newest first; with a minus the oldest first. */
export const incidentSorts = ["last", "-last", "number", "-number"] as const;
export type IncidentSort = (typeof incidentSorts)[number];
