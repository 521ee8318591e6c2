import type { Outputs } from "@/components/api/outputs";
import { durationText } from "@/components/calls/duration-text";

export type SystemState = Outputs["system"]["get"];
export type WorkerState = SystemState["workers"][number];
export type Health = "well" | "ill" | "off";
export type Part = Readonly<{ name: string; health: Health; state: string; detail: string }>;

/** A worker beats every five seconds; after four missed beats it counts as gone. */
const SILENT_MS = 20_000;
/** A job in the outbox is taken within a second; one that waits for a minute waits for something that is broken. */
const STUCK_MS = 60_000;

type Texts = Readonly<{ ageText: (at: Date, now: number) => string; sizeText: (bytes: number) => string }>;

export const isSilent = ({ beatAt }: WorkerState, now: number): boolean => now - beatAt.getTime() > SILENT_MS;

/** Every part that calls, money and messages depend on, with its state in a word and what is behind it. */
export function partsOf(system: SystemState, now: number, texts: Texts): readonly Part[] {
  const [worker] = system.workers.filter((one) => !isSilent(one, now));
  return [
    databasePart(system, texts),
    workersPart(system, now, texts),
    ...(worker ? [pbxPart(worker, now, texts), queuePart(worker), outboxPart(system, now, texts)] : []),
    trunkPart(system, now, texts),
    mailPart(system, worker),
    ...(worker ? [paymentsPart(worker)] : []),
  ];
}

function databasePart({ database }: SystemState, { sizeText }: Texts): Part {
  const { connections, connectionsMost, version, bytes } = database;
  const full = connections > connectionsMost * 0.9;
  const detail = `PostgreSQL ${version}, ${sizeText(bytes)}, ${connections} of ${connectionsMost} connections`;
  return { name: "Database", health: full ? "ill" : "well", state: full ? "Nearly full" : "Answers", detail };
}

function workersPart({ workers }: SystemState, now: number, { ageText }: Texts): Part {
  const name = "Workers";
  const here = workers.filter((one) => !isSilent(one, now));
  const [last] = workers;
  if (here.length > 0) {
    const live = here.reduce((sum, one) => sum + one.calls.live, 0);
    return { name, health: "well", state: `${here.length} running`, detail: `${live} calls in their hands` };
  }
  if (!last) return { name, health: "ill", state: "Never seen", detail: "Start them: npm run worker" };
  const detail = `Nothing heard for ${ageText(last.beatAt, now)}: new calls are refused until they run`;
  return { name, health: "ill", state: "Silent", detail };
}

function pbxPart({ ami, pbx }: WorkerState, now: number, { ageText }: Texts): Part {
  const name = `PBX ${pbx}`;
  if (!ami) return { name, health: "off", state: "None", detail: "The workers run without a telephone system" };
  if (!ami.connected) {
    return { name, health: "ill", state: "Away", detail: ami.problem ?? "The manager interface does not answer" };
  }
  const facts = [
    ami.version && `Asterisk ${ami.version}`,
    ami.calls !== null && `${ami.calls} calls`,
    ami.bootedAt && `up for ${ageText(ami.bootedAt, now)}`,
    ami.lastEventAt && `last event ${ageText(ami.lastEventAt, now)} ago`,
    ami.droppedEvents > 0 && `${ami.droppedEvents} events dropped`,
    Math.abs(ami.clockOffsetMs) > 1_000 && `its clock is ${Math.round(ami.clockOffsetMs)} ms off`,
  ];
  return { name, health: "well", state: "Connected", detail: facts.filter(Boolean).join(", ") };
}

function queuePart({ queue }: WorkerState): Part {
  const name = `Queue on ${queue.backend === "redis" ? "Redis" : "PostgreSQL"}`;
  if (!queue.there) {
    return { name, health: "ill", state: "Away", detail: "Jobs wait in the outbox; calls and money do not need it" };
  }
  const detail = `${queue.waiting} wait, ${queue.active} run, ${queue.delayed} are for later`;
  const failed = queue.failed > 0;
  return { name, health: failed ? "ill" : "well", state: failed ? `${queue.failed} given up` : "Works", detail };
}

function outboxPart({ database }: SystemState, now: number, { ageText }: Texts): Part {
  const { outbox, outboxOldest } = database;
  const stuck = outboxOldest !== null && now - outboxOldest.getTime() > STUCK_MS;
  const detail = outboxOldest ? `${outbox} not done, the oldest for ${ageText(outboxOldest, now)}` : "Nothing waits";
  return { name: "Outbox", health: stuck ? "ill" : "well", state: stuck ? "Held up" : "Flows", detail };
}

function trunkPart({ trunk }: SystemState, now: number, { ageText }: Texts): Part {
  const name = "Carrier";
  const { calls, answered, acdSeconds, failed, lastAnsweredAt } = trunk;
  if (calls === 0) return { name, health: "off", state: "Not used", detail: "No call left by it within the last hour" };
  const share = Math.round((100 * answered) / calls);
  const last = lastAnsweredAt ? `, last answer ${ageText(lastAnsweredAt, now)} ago` : "";
  const length = acdSeconds === null ? "" : `, ${durationText(Math.round(acdSeconds))} on average (ACD)`;
  const detail = `${calls} calls in the last hour, ${share} % answered (ASR)${length}, ${failed} failed in its network${last}`;
  const ill = calls >= 5 && failed * 2 > calls;
  return { name, health: ill ? "ill" : "well", state: ill ? "Fails" : "Carries calls", detail };
}

function mailPart({ database }: SystemState, worker: WorkerState | undefined): Part {
  const { mails, mailsFailed } = database;
  const detail = `${mails} wait, ${mailsFailed} given up within a day`;
  if (worker && !worker.mail) {
    return { name: "Mail", health: "off", state: "No server", detail: `Set SMTP_URL and MAIL_FROM; ${detail}` };
  }
  return {
    name: "Mail",
    health: mailsFailed > 0 ? "ill" : "well",
    state: mailsFailed > 0 ? "Fails" : "Goes out",
    detail,
  };
}

function paymentsPart({ payments }: WorkerState): Part {
  const name = "Payments by card";
  if (!payments) return { name, health: "off", state: "Off", detail: "No provider is set up" };
  const test = payments === "test";
  return { name, health: "well", state: test ? "Test" : "On", detail: test ? "No card is charged" : "Stripe" };
}

const jobs: Readonly<Record<string, string>> = {
  "call.hang_up_of_subject": "Hang up",
  "task.run": "Long job",
  "payments.refund": "Tell the provider of a refund",
  "payments.auto_top_up": "Automatic top-up",
  "payments.follow_up": "Look after payments",
  "mail.send": "Send a mail",
  "notify.deliver": "Tell somebody",
  "incident.notify": "Tell of an incident",
  "incident.contain": "Contain",
  "statement.seal": "Make a statement's files",
  "evidence.take": "Take evidence",
};

/** What a job does, in words; one of a later version by its stored name. */
export const jobWords = (name: string): string => jobs[name] ?? name;
