import type { ReconciliationBoard } from "@/components/api/outputs";

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
  const state = late ? "late" : run.sawChannels ? "compared" : run.ami ? "not compared" : "no PBX";
  const detail = `${run.pbx}: ${run.open} open calls against ${run.live} channels`;
  return { name: "Channel sweep", health: late || (run.ami && !run.sawChannels) ? "ill" : "well", state, detail };
}

function managerOf({ ami }: Run, now: number, { ageText }: Texts): Source {
  const name = "Manager interface";
  if (!ami) return { name, health: "off", state: "not connected", detail: "No PBX is configured." };
  const dropped = ami.droppedEvents > 0 ? `, ${ami.droppedEvents} events dropped` : "";
  const last = ami.lastEventAt ? `last event ${ageText(ami.lastEventAt, now)} ago` : "no event yet";
  const since = ami.since ? `for ${ageText(ami.since, now)}, ` : "";
  return ami.connected
    ? { name, health: "well", state: "connected", detail: `${since}${last}${dropped}` }
    : { name, health: "ill", state: "away", detail: ami.problem ?? "It does not answer." };
}

const sourceWords: Readonly<Record<string, string>> = {
  hangup: "hang-up requests",
  event: "events",
  spool: "file records",
  sweep: "sweeps",
};

function endsOf({ ends, endsWaiting, endsDropped }: Run, now: number, { ageText }: Texts): Source {
  const told = Object.entries(ends).map(([source, { count, lastAt }]) => {
    const age = lastAt ? ` (last ${ageText(lastAt, now)} ago)` : "";
    return `${count} ${sourceWords[source] ?? source}${age}`;
  });
  const dropped = endsDropped > 0 ? `, ${endsDropped} let go` : "";
  const detail = `${told.length === 0 ? "none since the start" : told.join(", ")}${dropped}`;
  const state = endsWaiting > 0 ? `${endsWaiting} waiting` : "none waiting";
  return { name: "Ends of calls", health: endsWaiting > 0 || endsDropped > 0 ? "ill" : "well", state, detail };
}

function spoolOf({ spool, ends }: Run, now: number, { ageText, sizeText }: Texts): Source {
  const name = "Call record file";
  if (!spool) return { name, health: "off", state: "not read", detail: "CDR_SPOOL_FILE is not set." };
  const read = `${spool.records} records, read to ${sizeText(spool.readTo)} of ${sizeText(spool.size)}`;
  const bad = spool.unreadable > 0 ? `, ${spool.unreadable} lines not readable` : "";
  const detail = `${spool.file}: ${spool.problem ?? `${read}${bad}`}`;
  if (!spool.there) {
    // Asterisk makes the file with its first record: before any call has ended there is none, and nothing is amiss.
    const early = !spool.problem && spool.readTo === 0 && Object.values(ends).every(({ count }) => count === 0);
    return early
      ? { name, health: "off", state: "no record yet", detail: spool.file }
      : { name, health: "ill", state: "not there", detail };
  }
  if (spool.lagBytes === 0) return { name, health: spool.problem ? "ill" : "well", state: "read to its end", detail };
  const since = spool.behindSince ? ageText(spool.behindSince, now) : "";
  return { name, health: "ill", state: `${sizeText(spool.lagBytes)} behind, ${since}`, detail };
}

function ledgerOf({ ledgerCheckedAt, ledgerEntries }: Run, now: number, { ageText }: Texts): Source {
  const entries = Object.values(ledgerEntries).reduce((sum, n) => sum + n, 0);
  const state = ledgerCheckedAt ? `added up ${ageText(ledgerCheckedAt, now)} ago` : "not yet";
  const health = ledgerCheckedAt ? "well" : "off";
  return { name: "Ledger", health, state, detail: `${entries} entries` };
}
