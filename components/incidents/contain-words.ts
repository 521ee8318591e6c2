import type { ContainmentRow, ContainPreview, ContainSum, IncidentDetail } from "@/components/api/outputs";
import type { ContainStep, OptionalStep } from "@/server/domain/incidents/containment.schema";
import { keptWords } from "@/server/domain/incidents/kept-source.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

type StepState = ContainmentRow["steps"][number]["state"];

const names: Readonly<Record<ContainStep, Message>> = {
  evidence: msg("Keep evidence"),
  refuse: msg("Refuse new calls"),
  hang_up: msg("Hang up live calls"),
  rotate: msg("Replace the SIP secret"),
  contacts: msg("Forget the registered phones"),
  sources: msg("Ban where it comes from"),
  destinations: msg("Block the prefixes"),
  notify: msg("Tell the owners"),
};
/** What a step is called; one that this page does not know is shown by its own name. */
export function stepName(step: string): string {
  const known = (names as Readonly<Record<string, Message>>)[step];
  return known ? say(known) : step.replaceAll("_", " ");
}

/** What a step counted. */
export function countText(step: ContainStep, count: number): string {
  switch (step) {
    case "evidence":
      return t("{count, plural, one {# snapshot} other {# snapshots}}", { count });
    case "refuse":
      return t("emergency numbers pass");
    case "hang_up":
      return t("{count, plural, one {# call} other {# calls}}", { count });
    case "rotate":
      return t("{count, plural, one {# secret} other {# secrets}}", { count });
    case "contacts":
      return t("{count, plural, one {# phone} other {# phones}}", { count });
    case "sources":
      return t("{count, plural, one {# address} other {# addresses}}", { count });
    case "destinations":
      return t("{count, plural, one {# prefix} other {# prefixes}}", { count });
    case "notify":
      return t("{count, plural, one {# mail} other {# mails}}", { count });
  }
}

const states: Readonly<Record<StepState, { word: Message; ink: string }>> = {
  waiting: { word: msg("Waiting"), ink: "text-ink-3" },
  running: { word: msg("Running"), ink: "text-info" },
  done: { word: msg("Done"), ink: "text-ok" },
  failed: { word: msg("Failed"), ink: "text-bad" },
  skipped: { word: msg("Left out"), ink: "text-ink-3" },
};
export const stepState = (state: StepState) => ({ ink: states[state].ink, word: say(states[state].word) });

/** A step as it is offered: what it would do, and whether a release undoes it. */
export type Offer = Readonly<{ step: ContainStep; what: string; back: boolean; optional: OptionalStep | null }>;

export const some = (parts: readonly string[], most: number): string =>
  [
    ...parts.slice(0, most),
    ...(parts.length > most ? [t("{n, plural, one {# more} other {# more}}", { n: parts.length - most })] : []),
  ].join(", ");

/** Which addresses are banned, and why others are not. */
export function sourcesText(sources: ContainPreview["sources"]): string {
  const strange = sources.filter(({ kept }) => kept === null).map(({ network }) => network);
  const left = sources.flatMap(({ network, kept }) =>
    kept ? [t("{network} (kept, because {reason})", { network, reason: keptWords(kept) })] : [],
  );
  const banned = strange.length > 0 ? some(strange, 3) : t("no strange address");
  return left.length > 0 ? t("{banned}; not {left}", { banned, left: some(left, 2) }) : banned;
}

/** What a press would do, in its order. */
export function offersOf(preview: ContainPreview): readonly Offer[] {
  const { extensions, liveCalls, phones, sources, tell } = preview;
  const offer = (step: ContainStep, what: string, back: boolean, optional: OptionalStep | null): Offer => ({
    ...{ step, what, back, optional },
  });
  const told = tell.map(({ name, owners }) => `${name} (${owners})`).join(", ");
  return [
    offer("evidence", t("calls, phones, events, ledger and settings as they are now"), false, null),
    offer(
      "refuse",
      t("of {extensions, plural, one {# extension} other {# extensions}}; emergency numbers pass", { extensions }),
      true,
      null,
    ),
    offer("hang_up", countText("hang_up", liveCalls), false, "hang_up"),
    offer("rotate", countText("rotate", extensions), false, "rotate"),
    offer("contacts", countText("contacts", phones.length), false, "contacts"),
    offer("sources", sourcesText(sources), true, "sources"),
    offer("notify", told || t("nobody to tell"), false, "notify"),
  ];
}

/** The same for several incidents together, with sums. */
export function offersOfMany(sum: ContainSum): readonly Omit<Offer, "back">[] {
  const { with: contained, extensions, liveCalls, phones, banned, kept, tell } = sum;
  const offer = (step: ContainStep, what: string, optional: OptionalStep | null) => ({ step, what, optional });
  const told = some(
    tell.map(({ name, owners }) => `${name} (${owners})`),
    4,
  );
  const addresses = countText("sources", banned.length);
  return [
    offer("evidence", countText("evidence", contained.length), null),
    offer(
      "refuse",
      t("of {extensions, plural, one {# extension} other {# extensions}}; emergency numbers pass", { extensions }),
      null,
    ),
    offer("hang_up", countText("hang_up", liveCalls), "hang_up"),
    offer("rotate", countText("rotate", extensions), "rotate"),
    offer("contacts", countText("contacts", phones.length), "contacts"),
    offer(
      "sources",
      kept.length > 0 ? t("{addresses}; {kept} kept", { addresses, kept: kept.length }) : addresses,
      "sources",
    ),
    offer("notify", told || t("nobody to tell"), "notify"),
  ];
}

const leftOut: Readonly<Record<ContainSum["without"][number]["why"], Message>> = {
  over: msg("it is over, or part of another"),
  no_one_phone: msg("it does not touch exactly one phone; contain it in its room"),
  not_found: msg("it is not there any more"),
};
/** Why one of several is left as it is. */
export const leftOutText = (why: ContainSum["without"][number]["why"]): string => say(leftOut[why]);

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
    ...[...tenants].map(([slug, name]) => ({ value: slug, label: t("{name}, every extension", { name }) })),
    { value: OTHER, label: t("Another one…") },
  ];
}

/** A SIP user name is the tenant's short name and the number. */
export const numberOf = (username: string, slug: string): string =>
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

const staying: Readonly<Partial<Record<ContainStep, Message>>> = {
  hang_up: msg("Calls that were ended stay ended."),
  rotate: msg("The secret stays replaced: the phone needs a new one from the page of extensions."),
  contacts: msg("The phones have to register again."),
  notify: msg("The mails were sent."),
};

/** What a release does not undo, in sentences. */
export const staysOf = ({ steps }: Pick<ContainmentRow, "steps">): readonly string[] =>
  steps.flatMap(({ step, state, count }) => {
    const sentence = staying[step];
    return state === "done" && count > 0 && sentence ? [say(sentence)] : [];
  });
