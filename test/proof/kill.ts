/** Runs the quick proofs on the code beside it, in a process of its own: for code that was changed on purpose. */
import { Simulation } from "@/test/proof/sim/simulate";
import { firstFailure } from "@/test/proof/suite";
import { copyTemplate } from "@/test/support/template-copy";

const [adminUrl = "", seeds = "40"] = process.argv.slice(2);

async function main(): Promise<void> {
  const db = await copyTemplate(adminUrl);
  try {
    const simulation = await Simulation.open(db);
    const failure = await firstFailure(db, simulation, Number(seeds));
    await simulation.close();
    console.log(failure === undefined ? "HELD" : `FAILED ${failure}`);
  } finally {
    await db.drop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
