import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";
import { buyers, CALLS, RESELLERS } from "./p6-buyers";

const ROWS = 250_000;
const FEW = 25_000;

/**
 * P6: a deck of 250 000 prices read from a file, checked, compared and live, in a process of its own: into an empty plan,
 * then over itself with every price changed. The comparison has ten resellers that buy by the plan, five that add a fifth to it and
 * five with 999 prices of their own in whole minutes, against increments of 1 to 60 seconds; and 50 000 calls of the last thirty
 * days. Beside it a bare COPY of as many rows into the same table with the same indexes. Memory is that of the whole process,
 * against one that brings a tenth of the rows.
 */
export async function rateDeck(): Promise<Figure[]> {
  const bench = await benchDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "ringfence-deck-"));
  // The server reads the file of the anchor itself, under a number of its own.
  chmodSync(folder, 0o755);
  try {
    const prefixes = new Set<string>();
    while (prefixes.size < ROWS) prefixes.add(String(1 + randomInt(10 ** (3 + randomInt(7)))));
    const all = [...prefixes];
    const anchor = await bareCopy(bench, all, path.join(folder, "copy.txt"));
    const bring = async (plan: string, rows: readonly string[]) => {
      const file = path.join(folder, "deck.csv");
      writeFileSync(file, deckText(rows));
      return broughtBy(bench, plan, file);
    };
    const few = await bring(await planOf(bench, "few"), all.slice(0, FEW));
    const plan = await planOf(bench, "many");
    await buyers(bench, plan, all);
    const empty = await bring(plan, all);
    const over = await bring(plan, all);
    const grewMb = Math.round(Math.max(empty.peakMb, over.peakMb) - few.peakMb);
    return [
      timeFigure("into an empty plan", empty, 20, anchor),
      timeFigure("over 250 000 other prices", over, 20, anchor),
      {
        id: "P6",
        what: `the same: memory of the process at most, beside one that brings ${FEW} rows (${Math.round(few.peakMb)} MB)`,
        measured: grewMb,
        unit: "MB more",
        reach: "≤ 96 MB",
        reached: grewMb <= 96,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await bench.stop();
  }
}

function timeFigure(what: string, taken: Taken, reach: number, anchor: number): Figure {
  const [total, read, compare, apply] = [taken.total, taken.read, taken.compare, taken.apply].map((ms) =>
    round(ms / 1_000),
  );
  return {
    id: "P6",
    what: `rate deck of ${ROWS} rows ${what}, ${RESELLERS} resellers with ${CALLS} calls: read ${read}, compare ${compare}, apply ${apply} s`,
    measured: total ?? Number.NaN,
    unit: "s",
    reach: `≤ ${reach} s`,
    reached: taken.total <= reach * 1_000,
    anchor: `bare COPY ${anchor} s`,
  };
}

const price = () => `0.${String(1 + randomInt(999_999)).padStart(6, "0")}`;

function deckText(prefixes: readonly string[]): string {
  const rows = prefixes.map(
    (prefix) => `${prefix},Destination ${prefix.slice(0, 3)},${price()},0,60,${1 + randomInt(60)}`,
  );
  return `prefix,destination,rate,connection_fee,initial_increment,increment\n${rows.join("\n")}\n`;
}

async function planOf(bench: BenchDatabase, name: string): Promise<string> {
  const text = "INSERT INTO plan (tenant_id, name, currency) VALUES ($1, $2, 'EUR') RETURNING id";
  const { rows } = await bench.owner.query<{ id: string }>(text, [bench.operatorId, name]);
  return rows[0]?.id ?? "";
}

/** @returns seconds. */
async function bareCopy(bench: BenchDatabase, prefixes: readonly string[], file: string): Promise<number> {
  const plan = await planOf(bench, "copy");
  const rows = prefixes.map(
    (prefix) => `${bench.operatorId}\t${plan}\t${prefix}\t${randomInt(1_000_000)}\t[2020-01-01,)`,
  );
  writeFileSync(file, `${rows.join("\n")}\n`);
  const began = performance.now();
  await bench.owner.query(`COPY rate (tenant_id, plan_id, prefix, per_minute_micros, valid) FROM '${file}'`);
  const seconds = round((performance.now() - began) / 1_000);
  await bench.owner.query("DELETE FROM rate WHERE plan_id = $1", [plan]);
  await bench.owner.query("VACUUM rate");
  return seconds;
}

const takenSchema = z.object({
  read: z.number(),
  compare: z.number(),
  apply: z.number(),
  total: z.number(),
  peakMb: z.number(),
});
type Taken = z.output<typeof takenSchema>;

async function broughtBy(bench: BenchDatabase, plan: string, file: string): Promise<Taken> {
  const child = path.join(import.meta.dirname, "p6-deck-child.ts");
  // With room for gigabytes V8 lets garbage lie; in a small heap the process weighs what it needs.
  const words = ["--max-old-space-size=96", "--import", "tsx", child, bench.appUrl, bench.operatorId, plan, file];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return takenSchema.parse(JSON.parse(stdout));
}
