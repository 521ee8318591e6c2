import { EnvironmentError } from "@/server/config/env";
import { findPlace, NoPlaceError, type Place } from "@/server/config/place";
import type { LoneCommand } from "./command";
import { openDesk } from "./desk";
import { databaseFindings } from "./doctor-database";
import { machineFindings, secretFindings } from "./doctor-machine";
import { networkFindings } from "./doctor-network";
import { type Finding, fine, wrong } from "./doctor-part";

export const doctor: LoneCommand = {
  summary: "Looks at each part. Ends with an error when one is not in order, and says how to mend it.",
  options: {},
  runAlone: async () => {
    const findings = await examineAll();
    const width = Math.max(...findings.map(({ part }) => part.length));
    const lines = findings.map(({ part, ok, detail, fix }) => {
      const line = `${ok ? "ok   " : "WRONG"}  ${part.padEnd(width)}  ${detail}`;
      return fix === null ? line : `${line}\n${" ".repeat(width + 9)}→ ${fix}`;
    });
    return { value: findings, say: lines.join("\n"), failed: findings.some(({ ok }) => !ok) };
  },
};

async function examineAll(): Promise<Finding[]> {
  const found = look();
  if ("part" in found) return [...(await machineFindings(process.cwd())), found];
  const desk = openDesk(found);
  try {
    const where = found.embedded ? `npm start in ${found.dataDir}` : "the database of DATABASE_URL";
    return [
      ...(await machineFindings(found.dataDir)),
      fine("installation", where),
      secretFindings(found),
      ...(await databaseFindings(desk)),
      ...(await networkFindings(found)),
    ];
  } finally {
    await desk.close();
  }
}

function look(): Place | Finding {
  try {
    return findPlace();
  } catch (error) {
    if (error instanceof NoPlaceError) return wrong("installation", error.message, "Run npm start.");
    if (error instanceof EnvironmentError)
      return wrong("installation", error.message, "Correct the variables; .env.example explains them.");
    throw error;
  }
}
