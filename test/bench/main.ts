import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";

import { type Figure, table } from "./figure";

/**
 * `npm run bench [-- P1 P5 …] [--json] [--rows=10000000]`: measures on this machine and prints each figure beside its anchor of
 * the same run. `--rows` is of the retention alone.
 */

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  P1: async () => (await import("./p1-call-cycles")).callCycles(),
  P2: async () => (await import("./p2-hot-wallet")).hotWallet(),
  P4: async () => (await import("./p4-authorisation")).authorisation(),
  P5: async () => (await import("./p5-rate-lookup")).rateLookup(),
  P16: async () => [
    ...(await (await import("./p16-rerate")).rerating()),
    ...(await (await import("./p16-export")).exporting()),
  ],
  P6: async () => (await import("./p6-rate-deck")).rateDeck(),
  P7: async () => (await import("./p7-cdr-ingest")).cdrIngest(),
  P8: async () => (await import("./p8-p9-many-calls")).manyCalls(),
  audit: async () => (await import("./audit-verify")).auditVerify(),
  retention: async () => (await import("./retention")).retention(),
  hotlist: async () => (await import("./hot-list")).hotList(),
  containment: async () => (await import("./containment")).containing(),
  signals: async () => (await import("./signals")).signals(),
  P11: async () => (await import("./p11-live")).liveEvents(),
  P12: async () => (await import("./p12-first-load")).firstLoad(),
  P13: async () => (await import("./p13-start")).startAndRest(),
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
  const unknown = wanted.filter((id) => !(id in benches));
  if (unknown.length > 0)
    throw new Error(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}.`);
  const figures: Figure[] = [];
  const load = () =>
    os
      .loadavg()
      .map((of) => of.toFixed(1))
      .join(" ");
  console.error(`load average before ${load()}, on ${os.cpus().length} processors`);
  for (const [id, bench] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    console.error(`measuring ${id} …`);
    figures.push(...(await bench()));
    console.error(`load average after ${id}: ${load()}`);
  }
  mkdirSync("test/.output", { recursive: true });
  writeFileSync("test/.output/bench.json", `${JSON.stringify(figures, null, 2)}\n`);
  console.log(
    process.argv.includes("--json")
      ? JSON.stringify(figures)
      : `\n${table(figures)}\n\nAlso in test/.output/bench.json.`,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
