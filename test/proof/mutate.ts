/**
 * `npm run mutations`: plants every fault, one at a time, and sees whether the proofs notice.
 *   -- --only <text>   those whose name contains it
 */
import { parseArgs } from "node:util";

import { codeMutations, sqlMutations } from "@/test/proof/mutations/all";
import { withSqlMutation } from "@/test/proof/mutations/apply";
import { Overlay } from "@/test/proof/mutations/overlay";
import { Simulation } from "@/test/proof/sim/simulate";
import { firstFailure } from "@/test/proof/suite";
import { copyTemplate } from "@/test/support/template-copy";
import { startTemplateServer } from "@/test/support/template-server";

/** So many worlds may pass before a fault counts as unnoticed. */
const SEEDS = 250;
const ENOUGH = 0.95;
/** What a machine says that is too busy: it tells nothing of the fault. */
const BUSY = /timeout exceeded when trying to connect/;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
  const wanted = ({ name }: { name: string }) => name.includes(values.only);
  const server = await startTemplateServer();
  const db = await copyTemplate(server.adminUrl);
  const simulation = await Simulation.open(db);
  const overlay = new Overlay(process.cwd());
  const survived: string[] = [];
  let tried = 0;
  const note = (name: string, found: string | undefined) => {
    const failure = found !== undefined && BUSY.test(found) ? undefined : found;
    tried += 1;
    if (failure === undefined) survived.push(name);
    console.log(
      failure === undefined ? `SURVIVED  ${name}` : `caught    ${name}\n          by ${failure.slice(0, 160)}`,
    );
  };
  try {
    // What is not changed has to pass, or "caught" would mean nothing.
    const stories = new Set(codeMutations.filter(wanted).flatMap(({ story }) => (story ? [story] : [])));
    for (const story of [undefined, ...stories]) {
      const control = await overlay.failure(server.adminUrl, 10, story);
      if (control !== undefined) throw new Error(`the unchanged code does not pass: ${control}`);
    }
    const control = await firstFailure(db, simulation, 10);
    if (control !== undefined) throw new Error(`the unchanged functions do not pass: ${control}`);
    for (const one of sqlMutations.filter(wanted)) {
      note(
        `${one.of}: ${one.name}`,
        await withSqlMutation(simulation.owner, one, () => firstFailure(db, simulation, SEEDS, one.caughtBy)),
      );
    }
    for (const one of codeMutations.filter(wanted)) {
      note(`${one.file}: ${one.name}`, await overlay.failureOf(one, server.adminUrl, SEEDS));
    }
  } finally {
    overlay.close();
    await simulation.close();
    await db.drop();
    await server.stop();
  }
  console.log(
    `${tried - survived.length} of ${tried} planted faults are caught${survived.length > 0 ? `; not: ${survived.join("; ")}` : ""}.`,
  );
  return (tried - survived.length) / Math.max(tried, 1) >= ENOUGH ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
