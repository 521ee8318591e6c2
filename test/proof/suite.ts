import { endExamples, moneyExamples } from "@/test/proof/examples/end-examples";
import { type Example, exampleDesk } from "@/test/proof/examples/example";
import { holdExamples } from "@/test/proof/examples/hold-examples";
import { inboundExamples } from "@/test/proof/examples/inbound-examples";
import { marginExamples } from "@/test/proof/examples/margin-examples";
import { placingExamples } from "@/test/proof/examples/placing-examples";
import { planExamples } from "@/test/proof/examples/plan-examples";
import { priceExamples } from "@/test/proof/examples/price-examples";
import { togetherExamples } from "@/test/proof/examples/together-examples";
import { clearBooks } from "@/test/proof/sim/books";
import type { Simulation } from "@/test/proof/sim/simulate";
import type { TestDatabase } from "@/test/support/template-copy";

export const examples: readonly Example[] = [
  ...[...priceExamples, ...planExamples, ...holdExamples, ...marginExamples],
  ...[...inboundExamples, ...endExamples, ...togetherExamples, ...placingExamples, ...moneyExamples],
];

/**
 * The quick proofs, the quickest first: worked examples, then simulated worlds, until one of them fails.
 * @returns what failed, in one line; undefined when all that was asked held.
 */
export async function firstFailure(
  db: TestDatabase,
  simulation: Simulation,
  seeds: number,
  likely?: string,
): Promise<string | undefined> {
  const first = examples.filter(({ name }) => name === likely);
  if (likely !== undefined && first.length === 0) throw new Error(`there is no example "${likely}"`);
  for (const { name, run } of [...first, ...examples.filter((one) => !first.includes(one))]) {
    await clearBooks(simulation.owner);
    try {
      await run(await exampleDesk(db));
    } catch (error) {
      return `example "${name}": ${firstLine(error)}`;
    }
  }
  for (let seed = 1; seed <= seeds; seed += 1) {
    try {
      const { violation } = await simulation.run(seed);
      if (violation !== undefined) return `seed ${seed}: ${violation}`;
    } catch (error) {
      return `seed ${seed}: ${firstLine(error)}`;
    }
  }
  return undefined;
}

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).trim().split("\n").slice(0, 3).join(" ");
