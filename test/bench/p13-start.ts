import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { startStack } from "@/server/embedded/stack";
import { type Figure, round } from "./figure";

/** P13 and P14: from nothing to a portal that answers, and what web and workers weigh when nobody does anything. */
export async function startAndRest(): Promise<Figure[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-bench-start-"));
  const timed = async () => {
    const began = performance.now();
    const stack = await startStack({
      dataDir,
      ports: { web: 0, callControl: 0, sip: 0, ami: 0, postgres: 0, redis: 0 },
      env: { DEMO_TRAFFIC: "off", LOG_LEVEL: "warn" },
    });
    const answer = await fetch(`${stack.urls.app}/sign-in`);
    if (answer.status !== 200) throw new Error(`the portal answers ${answer.status}`);
    return { stack, seconds: (performance.now() - began) / 1000 };
  };
  try {
    // The web build and the unpacked PBX are thrown away with the folder, so that the first start is a first start.
    rmSync(".next", { recursive: true, force: true });
    const first = await timed();
    await first.stack.stop();
    const second = await timed();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const pids = second.stack.pids();
    const weight = ["web", "worker"].reduce((sum, name) => sum + proportionalMb(pids[name] ?? 0), 0);
    await second.stack.stop();
    return [
      {
        id: "P13",
        what: "first start, dependencies installed → portal answers",
        measured: round(first.seconds),
        unit: "s",
        reach: "≤ 90 s",
        reached: first.seconds <= 90,
      },
      {
        id: "P13",
        what: "second start → portal answers",
        measured: round(second.seconds),
        unit: "s",
        reach: "≤ 10 s",
        reached: second.seconds <= 10,
      },
      {
        id: "P14",
        what: "memory at rest, web + workers (PSS)",
        measured: round(weight, 0),
        unit: "MB",
        reach: "≤ 600 MB",
        reached: weight <= 600,
      },
    ];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The memory of a process and its children, shared pages divided among those who share them. */
function proportionalMb(pid: number): number {
  const own = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? "0";
  const children = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && read(`/proc/${name}/stat`).split(") ")[1]?.split(" ")[1] === String(pid),
  );
  return Number(own) / 1024 + children.reduce((sum, child) => sum + proportionalMb(Number(child)), 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
