import type { Outputs } from "@/components/api/outputs";
import { durationText } from "@/components/calls/duration-text";
import { daysSince, isDue } from "@/server/domain/system/manager-secret.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";
import { isSilentSince } from "@/server/kernel/worker-silence";

export type SystemState = Outputs["system"]["get"];
export type WorkerState = SystemState["workers"][number];
export type Health = "well" | "ill" | "off";
export type Part = Readonly<{ name: string; health: Health; state: string; detail: string }>;

/** A job in the outbox is taken within a second; one that waits for a minute waits for something that is broken. */
const STUCK_MS = 60_000;

type Texts = Readonly<{ ageText: (at: Date, now: number) => string; sizeText: (bytes: number) => string }>;

export const isSilent = ({ beatAt }: WorkerState, now: number): boolean => isSilentSince(beatAt, now);

/** Every part that calls, money and messages depend on, with its state in a word and what is behind it. */
export function partsOf(system: SystemState, now: number, texts: Texts): readonly Part[] {
  const [worker] = system.workers.filter((one) => !isSilent(one, now));
  return [
    databasePart(system, texts),
    workersPart(system, now, texts),
    ...(worker ? [pbxPart(worker, now, texts), queuePart(worker), outboxPart(system, now, texts)] : []),
    ...(system.managerSecrets.length > 0 ? [secretsPart(system, now)] : []),
    trunkPart(system, now, texts),
    mailPart(system, worker),
    ...(worker ? [paymentsPart(worker)] : []),
  ];
}

function databasePart({ database }: SystemState, { sizeText }: Texts): Part {
  const { connections, connectionsMost, version, bytes } = database;
  const full = connections > connectionsMost * 0.9;
  const detail = t("PostgreSQL {version}, {size}, {connections} of {most} connections", {
    version,
    size: sizeText(bytes),
    connections,
    most: connectionsMost,
  });
  return { name: t("Database"), health: full ? "ill" : "well", state: full ? t("Nearly full") : t("Answers"), detail };
}

function workersPart({ workers }: SystemState, now: number, { ageText }: Texts): Part {
  const name = t("Workers");
  const here = workers.filter((one) => !isSilent(one, now));
  const [last] = workers;
  if (here.length > 0) {
    const live = here.reduce((sum, one) => sum + one.calls.live, 0);
    return {
      name,
      health: "well",
      state: t("{n, plural, one {# running} other {# running}}", { n: here.length }),
      detail: t("{live, plural, one {# call} other {# calls}} in their hands", { live }),
    };
  }
  if (!last) return { name, health: "ill", state: t("Never seen"), detail: t("Start them: npm run worker") };
  const detail = t("Nothing heard for {age}: new calls are refused until they run", { age: ageText(last.beatAt, now) });
  return { name, health: "ill", state: t("Silent"), detail };
}

function pbxPart({ ami, pbx }: WorkerState, now: number, { ageText }: Texts): Part {
  const name = t("PBX {name}", { name: pbx });
  if (!ami)
    return { name, health: "off", state: t("part|None"), detail: t("The workers run without a telephone system") };
  if (!ami.connected) {
    return { name, health: "ill", state: t("Away"), detail: ami.problem ?? t("The manager interface does not answer") };
  }
  const facts = [
    ami.version && `Asterisk ${ami.version}`,
    ami.calls !== null && t("{count, plural, one {# channel} other {# channels}}", { count: ami.calls }),
    ami.bootedAt && t("up for {age}", { age: ageText(ami.bootedAt, now) }),
    ami.lastEventAt && t("last event {age} ago", { age: ageText(ami.lastEventAt, now) }),
    ami.droppedEvents > 0 && t("{n, plural, one {# event} other {# events}} dropped", { n: ami.droppedEvents }),
    Math.abs(ami.clockOffsetMs) > 1_000 && t("its clock is {ms} ms off", { ms: Math.round(ami.clockOffsetMs) }),
  ];
  return { name, health: "well", state: t("Connected"), detail: facts.filter(Boolean).join(", ") };
}

function secretsPart({ managerSecrets }: SystemState, now: number): Part {
  const at = new Date(now);
  const due = managerSecrets.some(({ since }) => isDue(since, at));
  const ages = managerSecrets.map(({ name, since }) =>
    t("{name} used for {days, plural, one {# day} other {# days}}", { name, days: daysSince(since, at) }),
  );
  const detail = [...ages, ...(due ? [t("how to: docs/manager-secrets.md")] : [])].join(", ");
  const name = t("Secrets of the PBX");
  return { name, health: due ? "ill" : "well", state: due ? t("Time for new ones") : t("New enough"), detail };
}

function queuePart({ queue }: WorkerState): Part {
  const name = t("Queue on {backend}", { backend: queue.backend === "redis" ? "Redis" : "PostgreSQL" });
  if (!queue.there) {
    return {
      name,
      health: "ill",
      state: t("Away"),
      detail: t("Jobs wait in the outbox; calls and money do not need it"),
    };
  }
  const detail = t("{waiting} wait, {active} run, {delayed} are for later", {
    waiting: queue.waiting,
    active: queue.active,
    delayed: queue.delayed,
  });
  const failed = queue.failed > 0;
  return {
    name,
    health: failed ? "ill" : "well",
    state: failed ? t("{n} given up", { n: queue.failed }) : t("Works"),
    detail,
  };
}

function outboxPart({ database }: SystemState, now: number, { ageText }: Texts): Part {
  const { outbox, outboxOldest } = database;
  const stuck = outboxOldest !== null && now - outboxOldest.getTime() > STUCK_MS;
  const detail = outboxOldest
    ? t("{n} not done, the oldest for {age}", { n: outbox, age: ageText(outboxOldest, now) })
    : t("Nothing waits");
  return { name: t("Outbox"), health: stuck ? "ill" : "well", state: stuck ? t("Held up") : t("Flows"), detail };
}

function trunkPart({ trunk }: SystemState, now: number, { ageText }: Texts): Part {
  const name = t("Carrier");
  const { calls, answered, acdSeconds, failed, lastAnsweredAt } = trunk;
  if (calls === 0)
    return { name, health: "off", state: t("Not used"), detail: t("No call left by it within the last hour") };
  const share = Math.round((100 * answered) / calls);
  const detail = [
    t("{calls, plural, one {# call} other {# calls}} in the last hour", { calls }),
    t("{share} % answered (ASR)", { share }),
    ...(acdSeconds === null
      ? []
      : [t("{duration} on average (ACD)", { duration: durationText(Math.round(acdSeconds)) })]),
    t("{failed} failed in its network", { failed }),
    ...(lastAnsweredAt ? [t("last answer {age} ago", { age: ageText(lastAnsweredAt, now) })] : []),
  ].join(", ");
  const ill = calls >= 5 && failed * 2 > calls;
  return { name, health: ill ? "ill" : "well", state: ill ? t("Fails") : t("Carries calls"), detail };
}

function mailPart({ database }: SystemState, worker: WorkerState | undefined): Part {
  const { mails, mailsFailed } = database;
  const detail = t("{mails} wait, {mailsFailed} given up within a day", { mails, mailsFailed });
  if (worker && !worker.mail) {
    return {
      name: t("Mail"),
      health: "off",
      state: t("No server"),
      detail: t("Set SMTP_URL and MAIL_FROM; {detail}", { detail }),
    };
  }
  return {
    name: t("Mail"),
    health: mailsFailed > 0 ? "ill" : "well",
    state: mailsFailed > 0 ? t("Fails") : t("Goes out"),
    detail,
  };
}

function paymentsPart({ payments }: WorkerState): Part {
  const name = t("Payments by card");
  if (!payments) return { name, health: "off", state: t("Off"), detail: t("No provider is set up") };
  const test = payments === "test";
  return { name, health: "well", state: test ? t("Test") : t("On"), detail: test ? t("No card is charged") : "Stripe" };
}

const jobs: Readonly<Record<string, Message>> = {
  "call.hang_up_of_subject": msg("Hang up"),
  "task.run": msg("Long job"),
  "payments.refund": msg("Tell the provider of a refund"),
  "payments.auto_top_up": msg("Automatic top-up"),
  "payments.follow_up": msg("Look after payments"),
  "mail.send": msg("Send a mail"),
  "notify.deliver": msg("Tell somebody"),
  "incident.notify": msg("Tell of an incident"),
  "incident.contain": msg("Contain"),
  "statement.seal": msg("Make a statement's files"),
  "evidence.take": msg("Take evidence"),
};

/** What a job does, in words; one of a later version by its stored name. */
export function jobWords(name: string): string {
  const known = jobs[name];
  return known ? say(known) : name;
}
