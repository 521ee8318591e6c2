import type { Server } from "node:http";

import type { Answer } from "@/server/domain/calls/call-control";
import { authoriseInbound } from "@/server/domain/calls/inbound-calls";
import { browserPhoneAddress } from "@/server/domain/provisioning/browser-phones";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { isBrowserPhone, phoneOf } from "@/server/kernel/phone-name";
import { answerLine } from "@/workers/call-control/answer-line";
import { type Form, type FormPath, readForm } from "@/workers/call-control/forms";
import { createHttpServer, type Reply, type Route } from "@/workers/call-control/http";
import { type Metrics, mayReadMetrics } from "@/workers/call-control/metrics";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";

type Options = Readonly<{
  pool: SqlPool;
  lifecycle: CallLifecycle;
  pbx: string;
  secret: string | undefined;
  log: Logger;
  health: () => Promise<{ ok: boolean; report: unknown }>;
  reconcile: () => Promise<unknown>;
  metrics?: Metrics;
  /** Lets somebody read the metrics from another machine. */
  metricsToken?: string | undefined;
  deadlineMs?: number;
}>;

/** A PBX whose clock is further off than this is believed about durations, not about dates. */
const CLOCK_TOLERANCE_MS = 120_000;

/** What the PBX asks before it dials and tells when a call is over. */
export function createCallControl(options: Options): Server {
  const { metrics, metricsToken } = options;
  return createHttpServer({
    ...(metrics && {
      guarded: { "GET /metrics": { may: mayReadMetrics(metricsToken), route: () => metrics.scrape() } },
      onAnswer: metrics.answered,
    }),
    secret: options.secret,
    log: options.log,
    deadlineMs: options.deadlineMs ?? 1_500,
    longerMs: { "POST /v1/reconcile": 14_000, "GET /healthz": 3_000, "GET /metrics": 8_000 },
    open: {
      "GET /healthz": async () => {
        const { ok, report } = await options.health();
        return { status: ok ? 200 : 503, text: `${JSON.stringify(report)}\n`, type: "application/json" };
      },
    },
    routes: {
      ...pbxRoutes(options),
      "POST /v1/reconcile": async () => ({
        status: 200,
        text: `${JSON.stringify(await options.reconcile())}\n`,
        type: "application/json",
      }),
    },
  });
}

type ForPbx = Pick<Options, "pool" | "lifecycle" | "pbx" | "log">;

/** The routes that the dialplan uses, by method and path. */
export function pbxRoutes(options: ForPbx): Readonly<Record<string, Route>> {
  const form =
    <P extends FormPath>(path: P, work: (given: Form<P>) => Promise<Reply>): Route =>
    async (body) => {
      const given = readForm(path, body);
      if (typeof given === "string") return { status: 400, text: `bad ${given}` };
      if (given.pbx !== options.pbx) return { status: 400, text: "bad pbx" };
      return work(given);
    };
  const authoriser = new CallAuthoriser(options.pool);
  return {
    "POST /v1/authorise": form("/v1/authorise", (given) =>
      answerTo(options, given, async (common) => {
        const address = await addressOf(options.pool, given.endpoint, common.address);
        return authoriser.ask({ ...common, address, endpoint: phoneOf(given.endpoint), dialled: given.dialled });
      }),
    ),
    "POST /v1/authorise-inbound": form("/v1/authorise-inbound", (given) =>
      answerTo(options, given, (common) =>
        authoriseInbound(options.pool, { ...common, called: given.dialled, caller: given.cid }),
      ),
    ),
    "POST /v1/ended": form("/v1/ended", (given) => noteEnd(options, given)),
  };
}

/** A browser comes to the PBX through a proxy, whose address says nothing: the portal saw its own. No call waits for that to be known. */
const addressOf = async (pool: SqlPool, endpoint: string, seen: string): Promise<string> =>
  (isBrowserPhone(endpoint) ? await browserPhoneAddress(pool, endpoint).catch(() => undefined) : undefined) ?? seen;

type Common = Readonly<{ pbx: string; call: string; address: string; at: Date }>;

async function answerTo(
  { lifecycle, log }: ForPbx,
  given: Form<"/v1/authorise">,
  ask: (common: Common) => Promise<Answer>,
): Promise<Reply> {
  const question: Common = {
    pbx: given.pbx,
    call: given.call,
    address: given.addr,
    at: believable(Number(given.at) / 1000, lifecycle.pbxNow()),
  };
  try {
    const answer = await ask(question);
    const line = answerLine(answer);
    lifecycle.authorised(question, answer);
    log.debug({ call: given.call, kind: answer.kind, code: answer.code }, "authorised");
    return { status: 200, text: line };
  } catch (error) {
    log.error({ error, call: given.call }, "a call could not be authorised");
    return { status: 503, text: "failed" };
  }
}

async function noteEnd({ lifecycle, log }: ForPbx, given: Form<"/v1/ended">): Promise<Reply> {
  const atMs = believable(Number(given.at) / 1000, lifecycle.pbxNow()).getTime();
  const { call, status, side } = given;
  const end = lifecycle.endOf(
    { call, status, side, talkMs: Number(given.talk_ms), cause: Number(given.cause), atUs: atMs * 1000 },
    "hangup",
  );
  // The PBX's own record of the call knows what this report forgot.
  if (!end) return { status: 200, text: "noted" };
  try {
    await lifecycle.settlements.report(end);
    return { status: 200, text: "ok" };
  } catch (error) {
    // It is kept and tried again here, and the PBX's own record comes besides.
    log.warn({ error, call }, "an end of a call could not be settled yet");
    return { status: 503, text: "kept" };
  }
}

const believable = (toldMs: number, nowMs: number): Date =>
  new Date(Math.abs(toldMs - nowMs) < CLOCK_TOLERANCE_MS ? toldMs : nowMs);
