import type { Outputs } from "@/components/api/outputs";

/** A plan as its list has it. */
export type PlanRow = Outputs["plans"]["list"]["items"][number];
