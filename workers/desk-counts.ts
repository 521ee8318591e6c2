import { Counter, Histogram, type Metric } from "prom-client";

import { type ContainStep, containSteps } from "@/server/domain/incidents/containment.schema";

/** Calls are refused from the decision on: that is no attempt that could fail. */
const attempted = containSteps.filter((step) => step !== "refuse");
const results = ["done", "failed"] as const;

/**
 * What this process saw and did at the incident desk since its start, for a monitoring system: what the database does not
 * keep as one number.
 */
export class DeskCounts {
  readonly #events: Counter;
  readonly #steps: Counter;
  readonly #seconds: Histogram;

  /** @param eventTypes what the PBX may say; each is told as 0 before it happens, so that the first one is a rise. */
  constructor(eventTypes: readonly string[]) {
    const registers: [] = [];
    this.#events = new Counter({
      ...{ name: "ringfence_security_events_total", help: "What the PBX said about attacks and mistakes." },
      ...{ labelNames: ["type"], registers },
    });
    this.#steps = new Counter({
      ...{ name: "ringfence_containment_steps_total", help: "Attempts at steps of containments, by how they ended." },
      ...{ labelNames: ["step", "result"], registers },
    });
    this.#seconds = new Histogram({
      ...{ name: "ringfence_containment_seconds", help: "From the decision until the calls were ended." },
      ...{ buckets: [1, 2, 5, 10, 20, 60, 300, 900], registers },
    });
    for (const type of eventTypes) this.#events.inc({ type }, 0);
    for (const step of attempted) for (const result of results) this.#steps.inc({ step, result }, 0);
  }

  /** The PBX said this about an attack or a mistake. */
  security(type: string): void {
    this.#events.inc({ type });
  }

  /** An attempt at a step is over. */
  step(step: ContainStep, result: (typeof results)[number]): void {
    this.#steps.inc({ step, result });
  }

  /** The calls of a containment were ended, so many seconds after it was decided. */
  contained(seconds: number): void {
    this.#seconds.observe(Math.max(0, seconds));
  }

  all(): readonly Metric[] {
    return [this.#events, this.#steps, this.#seconds];
  }
}
