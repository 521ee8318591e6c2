import type { Outputs } from "@/components/api/outputs";

/** A person with a seat, as the list of the team has them. */
export type Member = Outputs["members"]["list"]["items"][number];
