import type { ReconciliationBoard } from "@/components/api/outputs";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type Health = "well" | "ill" | "off";
export type Source = Readonly<{ name: string; health: Health; state: string; detail: string }>;

type Run = ReconciliationBoard["runs"][number];
type Texts = Readonly<{ ageText: (at: Date, now: number) => string; sizeText: (bytes: number) => string }>;

/** Runs come every few seconds; after this long something is wrong. */
const LATE_MS = 90_000;

/** The sources of one PBX, each with its state and what is known of it. */
export function sourcesOf(run: Run, now: number, texts: Texts): readonly Source[] {
  return [sweepOf(run, now), managerOf(run, now, texts), endsOf(run, now, texts), spoolOf(run, now, texts)].concat(
    ledgerOf(run, now, texts),
  );
}

function sweepOf(run: Run, now: number): Source {
  const late = now - run.at.getTime() > LATE_MS;
  const state = late ? t("late") : run.sawChannels ? t("compared") : run.ami ? t("not compared") : t("no PBX");
  const detail = t(
    "{pbx}: {open, plural, one {# open call} other {# open calls}} against {live, plural, one {# channel} other {# channels}}",
    { pbx: run.pbx, open: run.open, live: run.live },
  );
  return { name: t("Channel sweep"), health: late || (run.ami && !run.sawChannels) ? "ill" : "well", state, detail };
}

function managerOf({ ami }: Run, now: number, { ageText }: Texts): Source {
  const name = t("Manager interface");
  if (!ami) return { name, health: "off", state: t("not connected"), detail: t("No PBX is configured.") };
  const facts = [
    ...(ami.since ? [t("for {age}", { age: ageText(ami.since, now) })] : []),
    ami.lastEventAt ? t("last event {age} ago", { age: ageText(ami.lastEventAt, now) }) : t("no event yet"),
    ...(ami.droppedEvents > 0
      ? [t("{n, plural, one {# event} other {# events}} dropped", { n: ami.droppedEvents })]
      : []),
  ];
  return ami.connected
    ? { name, health: "well", state: t("connected"), detail: facts.join(", ") }
    : { name, health: "ill", state: t("away"), detail: ami.problem ?? t("It does not answer.") };
}

const sourceWords: Readonly<Record<string, Message>> = {
  hangup: msg("hang-up requests"),
  event: msg("events"),
  spool: msg("file records"),
  sweep: msg("sweeps"),
};

function endsOf({ ends, endsWaiting, endsDropped }: Run, now: number, { ageText }: Texts): Source {
  const told = Object.entries(ends).map(([source, { count, lastAt }]) => {
    const known = sourceWords[source];
    const what = known ? say(known) : source;
    return lastAt
      ? t("{count} {what} (last {age} ago)", { count, what, age: ageText(lastAt, now) })
      : t("{count} {what}", { count, what });
  });
  const detail = [
    ...(told.length === 0 ? [t("none since the start")] : told),
    ...(endsDropped > 0 ? [t("{n} let go", { n: endsDropped })] : []),
  ].join(", ");
  const state = endsWaiting > 0 ? t("{n} waiting", { n: endsWaiting }) : t("none waiting");
  return { name: t("Ends of calls"), health: endsWaiting > 0 || endsDropped > 0 ? "ill" : "well", state, detail };
}

function spoolOf({ spool, ends }: Run, now: number, { ageText, sizeText }: Texts): Source {
  const name = t("Call record file");
  if (!spool) return { name, health: "off", state: t("not read"), detail: t("CDR_SPOOL_FILE is not set.") };
  const read = t("{n, plural, one {# record} other {# records}}, read to {at} of {size}", {
    n: spool.records,
    at: sizeText(spool.readTo),
    size: sizeText(spool.size),
  });
  const bad =
    spool.unreadable > 0
      ? `, ${t("{n, plural, one {# line} other {# lines}} not readable", { n: spool.unreadable })}`
      : "";
  const detail = `${spool.file}: ${spool.problem ?? `${read}${bad}`}`;
  if (!spool.there) {
    // Asterisk makes the file with its first record: before any call has ended there is none, and nothing is amiss.
    const early = !spool.problem && spool.readTo === 0 && Object.values(ends).every(({ count }) => count === 0);
    return early
      ? { name, health: "off", state: t("no record yet"), detail: spool.file }
      : { name, health: "ill", state: t("not there"), detail };
  }
  if (spool.lagBytes === 0)
    return { name, health: spool.problem ? "ill" : "well", state: t("read to its end"), detail };
  const size = sizeText(spool.lagBytes);
  const state = spool.behindSince
    ? t("{size} behind, {age}", { size, age: ageText(spool.behindSince, now) })
    : t("{size} behind", { size });
  return { name, health: "ill", state, detail };
}

function ledgerOf({ ledgerCheckedAt, ledgerEntries }: Run, now: number, { ageText }: Texts): Source {
  const entries = Object.values(ledgerEntries).reduce((sum, n) => sum + n, 0);
  const state = ledgerCheckedAt ? t("added up {age} ago", { age: ageText(ledgerCheckedAt, now) }) : t("not yet");
  const health = ledgerCheckedAt ? "well" : "off";
  return {
    name: t("Ledger"),
    health,
    state,
    detail: t("{entries, plural, one {# entry} other {# entries}}", { entries }),
  };
}
