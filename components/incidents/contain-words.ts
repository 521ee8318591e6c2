import type { ContainmentRow, ContainPreview, IncidentDetail } from "@/components/api/outputs";
import type { ContainStep, OptionalStep } from "@/server/domain/incidents/containment.schema";
import { keptWords } from "@/server/domain/incidents/kept-source.schema";

type StepState = ContainmentRow["steps"][number]["state"];

const names: Readonly<Record<ContainStep, string>> = {
  evidence: "Keep evidence",
  refuse: "Refuse new calls",
  hang_up: "Hang up live calls",
  rotate: "Replace the SIP secret",
  contacts: "Forget the registered phones",
  sources: "Ban where it comes from",
  destinations: "Block the prefixes",
  notify: "Tell the owners",
};
/** What a step is called; one that this page does not know is shown by its own name. */
export const stepName = (step: string): string =>
  (names as Readonly<Record<string, string>>)[step] ?? step.replaceAll("_", " ");

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** What a step counted. */
export function countText(step: ContainStep, count: number): string {
  switch (step) {
    case "evidence":
      return many(count, "snapshot", "snapshots");
    case "refuse":
      return "emergency numbers pass";
    case "hang_up":
      return many(count, "call", "calls");
    case "rotate":
      return many(count, "secret", "secrets");
    case "contacts":
      return many(count, "phone", "phones");
    case "sources":
      return many(count, "address", "addresses");
    case "destinations":
      return many(count, "prefix", "prefixes");
    case "notify":
      return many(count, "mail", "mails");
  }
}

const states: Readonly<Record<StepState, { word: string; ink: string }>> = {
  waiting: { word: "Waiting", ink: "text-ink-3" },
  running: { word: "Running", ink: "text-info" },
  done: { word: "Done", ink: "text-ok" },
  failed: { word: "Failed", ink: "text-bad" },
  skipped: { word: "Left out", ink: "text-ink-3" },
};
export const stepState = (state: StepState) => states[state];

/** A step as it is offered: what it would do, and whether a release undoes it. */
export type Offer = Readonly<{ step: ContainStep; what: string; back: boolean; optional: OptionalStep | null }>;

const some = (parts: readonly string[], most: number): string =>
  [...parts.slice(0, most), ...(parts.length > most ? [`${parts.length - most} more`] : [])].join(", ");

/** Which addresses are banned, and why others are not. */
export function sourcesText(sources: ContainPreview["sources"]): string {
  const strange = sources.filter(({ kept }) => kept === null).map(({ network }) => network);
  const left = sources.flatMap(({ network, kept }) => (kept ? [`${network} (kept, because ${keptWords(kept)})`] : []));
  const banned = strange.length > 0 ? some(strange, 3) : "no strange address";
  return left.length > 0 ? `${banned}; not ${some(left, 2)}` : banned;
}

/** What a press would do, in its order. */
export function offersOf(preview: ContainPreview): readonly Offer[] {
  const { extensions, liveCalls, phones, sources, tell } = preview;
  const offer = (step: ContainStep, what: string, back: boolean, optional: OptionalStep | null): Offer => ({
    ...{ step, what, back, optional },
  });
  const told = tell.map(({ name, owners }) => `${name} (${owners})`).join(", ");
  return [
    offer("evidence", "calls, phones, events, ledger and settings as they are now", false, null),
    offer("refuse", `of ${many(extensions, "extension", "extensions")}; emergency numbers pass`, true, null),
    offer("hang_up", many(liveCalls, "call", "calls"), false, "hang_up"),
    offer("rotate", many(extensions, "secret", "secrets"), false, "rotate"),
    offer("contacts", many(phones.length, "phone", "phones"), false, "contacts"),
    offer("sources", sourcesText(sources), true, "sources"),
    offer("notify", told || "nobody to tell", false, "notify"),
  ];
}

export type TargetChoice = Readonly<{ value: string; label: string }>;
export const OTHER = "other";

/** What can be contained: the extensions that the incident touches, their tenants, or anything else by name. */
export function targetChoices(subjects: IncidentDetail["subjects"]): readonly TargetChoice[] {
  const mine = subjects.filter((subject) => subject.kind === "extension" && subject.tenantSlug !== null);
  const tenants = new Map(mine.map(({ tenantSlug, tenantName }) => [tenantSlug ?? "", tenantName ?? ""]));
  return [
    ...mine.slice(0, 50).map((subject) => {
      const number = numberOf(subject.value, subject.tenantSlug ?? "");
      return { value: `${subject.tenantSlug} ${number}`, label: `${subject.tenantName}, ${number}` };
    }),
    ...[...tenants].map(([slug, name]) => ({ value: slug, label: `${name}, every extension` })),
    { value: OTHER, label: "Another one…" },
  ];
}

/** A SIP user name is the tenant's short name and the number. */
const numberOf = (username: string, slug: string): string =>
  username.startsWith(`${slug}-`) ? username.slice(slug.length + 1) : username;

/** What a choice means to the procedures. */
export function targetOf(value: string): { ofSlug: string; extension?: string } {
  const [ofSlug = "", extension] = value.split(" ");
  return extension ? { ofSlug, extension } : { ofSlug };
}

/** How long it took until nothing of it waited any more, as 0:41; undefined while something does. */
export function tookText({ createdAt, steps }: Pick<ContainmentRow, "createdAt" | "steps">): string | undefined {
  if (steps.some(({ state }) => state !== "done" && state !== "skipped")) return undefined;
  const last = Math.max(...steps.map(({ finishedAt }) => finishedAt?.getTime() ?? 0), createdAt.getTime());
  const seconds = Math.round((last - createdAt.getTime()) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const staying: Readonly<Partial<Record<ContainStep, string>>> = {
  hang_up: "Calls that were ended stay ended.",
  rotate: "The secret stays replaced: the phone needs a new one from the page of extensions.",
  contacts: "The phones have to register again.",
  notify: "The mails were sent.",
};

/** What a release does not undo, in sentences. */
export const staysOf = ({ steps }: Pick<ContainmentRow, "steps">): readonly string[] =>
  steps.flatMap(({ step, state, count }) => (state === "done" && count > 0 ? (staying[step] ?? []) : []));
