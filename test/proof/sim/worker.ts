import type { LiveBus } from "@/server/infra/live/bus";
import type { SimDatabase } from "@/test/proof/sim/database";
import type { Host, Kernel } from "@/test/proof/sim/kernel";
import { type LinkFaults, SimLink } from "@/test/proof/sim/link";
import { PBX, type SimPbx } from "@/test/proof/sim/pbx";
import type { Random } from "@/test/proof/sim/random";
import type { Trace } from "@/test/proof/sim/trace";
import { pbxRoutes } from "@/workers/call-control/server";
import { CallLifecycle } from "@/workers/calls/call-lifecycle";
import { CdrSpool } from "@/workers/calls/cdr-spool";
import { hurrier } from "@/workers/calls/hurry-after-top-ups";
import { Reconciler } from "@/workers/calls/reconcile";
import { watchCalls } from "@/workers/calls/watch-calls";

const LEDGER_MS = 60_000;
/** The bus collects for this long before it tells. */
const BUS_MS = 100;

type Room = Readonly<{
  kernel: Kernel;
  database: SimDatabase;
  pbx: SimPbx;
  random: Random;
  trace: Trace;
  linkFaults: () => LinkFaults;
  /** Money of somebody changed: every process hears of it, later. */
  balanceChanged: () => void;
}>;

export type SimWorker = Readonly<{
  host: Host;
  link: SimLink;
  /** A request that reached its door. */
  request: (path: string, body: string) => Promise<string | undefined>;
  hurry: () => void;
  reconcileNow: () => void;
}>;

/** Starts the real parts of the worker process, wired as workers/start.ts wires them. Runs on the host that calls it. */
export function startWorker(host: Host, room: Room): SimWorker {
  const { kernel, database, pbx, trace } = room;
  const log = trace.logger(host.name);
  const pool = database.poolOf(host);
  const link = new SimLink({ kernel, pbx, host, random: room.random, trace, faults: room.linkFaults });
  const ami = link.gateway();
  const bus: LiveBus = {
    publish: ({ kind }) => {
      if (kind === "balance") kernel.after(BUS_MS, room.balanceChanged);
    },
    close: async () => {},
  };
  const spool: { current?: CdrSpool } = {};
  const drainSpool = async () => spool.current?.drain();
  const lifecycle = new CallLifecycle({ pool, ami, bus, log, pbx: PBX, drainSpool });
  spool.current = new CdrSpool({
    file: "records.csv",
    pool,
    pbx: PBX,
    settlements: lifecycle.settlements,
    log,
    read: (_file, from) => pbx.spool.read(from),
  });
  spool.current.start();
  const reconciler = new Reconciler({ pool, ami, lifecycle, drainSpool, pbx: PBX, log });
  watchCalls(reconciler, ami, log);
  const reconcileNow = () => void reconciler.run({ ledger: true }).catch(() => {});
  setInterval(reconcileNow, LEDGER_MS);
  const routes = pbxRoutes({ pool, lifecycle, pbx: PBX, log });
  const { hurry } = hurrier(lifecycle);
  link.connect();
  return {
    host,
    link,
    request: async (path, body) => {
      const reply = await routes[`POST ${path}`]?.(body);
      return reply?.status === 200 ? reply.text : undefined;
    },
    hurry,
    reconcileNow,
  };
}
