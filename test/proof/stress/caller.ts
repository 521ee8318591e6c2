/**
 * One process of the stress: lives through its calls with the product's own functions, as often as it is killed and started
 * again. Every step may be repeated, so it always begins from the beginning. Arguments: database, first call, calls, phones.
 */
import { markAnswered, renew } from "@/server/domain/calls/call-control";
import { createPool } from "@/server/infra/db/pool";
import { silentLogger } from "@/server/infra/log/logger";
import { planCall, STRESS_PBX } from "@/test/proof/stress/planned-call";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";
import { isPermanent } from "@/workers/calls/permanent";
import { Settlements } from "@/workers/calls/settlements";

const [url = "", first = "0", count = "0", phones = "1"] = process.argv.slice(2);
const LANES = 16;

const pool = createPool(url, () => {}, LANES);
const authoriser = new CallAuthoriser(pool);
const waiting = new Map<string, () => void>();
const settlements = new Settlements({
  pool,
  log: silentLogger,
  onOver: ({ call }) => waiting.get(call)?.(),
  firstRetryMs: 50,
  lastRetryMs: 400,
});

/** Until it is done: the database may be away for a while. */
async function surely<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isPermanent(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function inLanes(work: (index: number) => Promise<void>): Promise<void> {
  let next = Number(first);
  const end = next + Number(count);
  const lane = async () => {
    while (next < end) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Says that all of its calls are open, and waits until those of all processes are. */
async function told(): Promise<void> {
  const go = new Promise<void>((resolve) => process.stdin.once("data", () => resolve()));
  process.stdout.write("open\n");
  await go;
}

async function main(): Promise<void> {
  // All of them are open at once before the first one ends.
  await inLanes(async (index) => {
    const { call } = planCall(index);
    const endpoint = `stress-${101 + (index % Number(phones))}`;
    const asked = { pbx: STRESS_PBX, call, endpoint, dialled: "+493012345678", address: "", at: new Date() };
    await surely(() => authoriser.ask(asked));
  });
  await told();
  await inLanes(async (index) => {
    const { call, answered, renewals } = planCall(index);
    if (!answered) return;
    await surely(() => markAnswered(pool, { pbx: STRESS_PBX, call }, new Date()));
    for (let left = renewals; left > 0; left -= 1)
      await surely(() => renew(pool, { pbx: STRESS_PBX, call }, new Date()));
  });
  await inLanes(async (index) => {
    const { call, talkMs } = planCall(index);
    const over = new Promise<void>((resolve) => waiting.set(call, resolve));
    const outcome = talkMs > 0 ? "failed" : "no_answer";
    const end = {
      pbx: STRESS_PBX,
      call,
      talkMs,
      endedAt: new Date(),
      outcome,
      reason: null,
      cause: 16,
      side: "",
    } as const;
    settlements.report({ ...end, source: "event" }).catch(() => {});
    await over;
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
