import { BaseSequencer } from "vitest/node";

/** The files that take longest: what begins last runs alone, beside a core that stands idle. */
export const longest = [
  "test/server/api/every-procedure.test.ts",
  "test/proof/simulation.test.ts",
  "test/proof/mutations.test.ts",
  "test/workers/tasks/make-export.test.ts",
  "test/workers/tasks/erase-subject.test.ts",
  "test/workers/calls/reconcile.test.ts",
  "test/server/cli/bin.test.ts",
  "test/server/domain/incidents/containment-bans.test.ts",
  "test/server/domain/statements/seal.test.ts",
  "test/server/domain/calls/charging.property.test.ts",
  "test/server/domain/usage/usage.property.test.ts",
  "test/server/infra/db/migrate.test.ts",
  "test/server/embedded/stack.test.ts",
  "test/proof/stress.test.ts",
];

const placeOf = ({ moduleId }) => {
  const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
  return at === -1 ? longest.length : at;
};

/** A fresh clone does not know how long anything took, and would go by the size of files. */
export class LongestFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
