import type { Outputs } from "@/components/api/outputs";
import { daysSince, isDue } from "@/server/domain/system/manager-secret.schema";
import { t } from "@/server/kernel/words";
import { isSilentSince } from "@/server/kernel/worker-silence";

export type PbxBoard = Outputs["pbx"]["list"];
export type Pbx = PbxBoard["pbxs"][number];
type Secrets = PbxBoard["secrets"];

/** From so much on the moments of calls look wrong beside those of other systems. */
const CLOCK_MS = 1_000;

export type Look = Readonly<{ word: string; health: "well" | "ill" | "off" }>;

const isSilent = ({ heardAt }: Pbx, now: number): boolean => isSilentSince(heardAt, now);

/** How the link to a PBX is, in a word. */
export function linkLook(pbx: Pbx, now: number): Look {
  if (isSilent(pbx, now)) return { word: t("pbx|Not known"), health: "ill" };
  if (!pbx.link) return { word: t("pbx|None"), health: "off" };
  return pbx.link.connected ? { word: t("Connected"), health: "well" } : { word: t("Away"), health: "ill" };
}

/** What is wrong, and what to do about it. */
export type Fault = Readonly<{ what: string; fix: string }>;

/** Everything that is wrong with a PBX; nothing of one that works. */
export function faultsOf(pbx: Pbx, secrets: Secrets, now: number): readonly Fault[] {
  if (isSilent(pbx, now)) {
    const what = t("No worker of this PBX answers: new calls are refused.");
    return [{ what, fix: t("Start the workers: npm run worker.") }];
  }
  const { link } = pbx;
  if (!link) {
    const what = t("The workers run without a telephone system.");
    return [{ what, fix: t("Set PBX and AMI_HOST, then start the workers again.") }];
  }
  const faults = [!link.connected && awayFault(link.problem), ...lesserFaults(link), secretsFault(secrets, now)];
  return faults.filter((fault) => fault !== false);
}

type Link = NonNullable<Pbx["link"]>;

function awayFault(problem: string | null): Fault {
  const what = problem
    ? t("The manager interface cannot be used: {problem}.", { problem })
    : t("The manager interface does not answer.");
  const refused = /login refused/.test(problem ?? "");
  return {
    what,
    fix: refused
      ? t("Compare AMI_READ_SECRET and AMI_ACT_SECRET with manager.conf.")
      : t(
          "See whether Asterisk runs, and whether AMI_HOST and AMI_PORT lead to it. Calls that go on are ended in time by the PBX itself.",
        ),
  };
}

const lesserFaults = ({ droppedEvents, clockOffsetMs }: Link): readonly (Fault | false)[] => [
  Math.abs(clockOffsetMs) > CLOCK_MS && {
    what: t("Its clock is {ms} ms off.", { ms: Math.round(clockOffsetMs) }),
    fix: t("Let both machines keep time by NTP."),
  },
  droppedEvents > 0 && {
    what: t("{n, plural, one {# event} other {# events}} came faster than the worker could read.", {
      n: droppedEvents,
    }),
    fix: t(
      "Nothing is lost: calls were compared with the PBX again. If it goes on, give the workers more processor time.",
    ),
  },
];

function secretsFault(secrets: Secrets, now: number): Fault | false {
  const at = new Date(now);
  const due = secrets.filter(({ since }) => isDue(since, at));
  if (due.length === 0) return false;
  const days = Math.max(...due.map(({ since }) => daysSince(since, at)));
  return {
    what: t("A secret of the manager interface is used for {days} days.", { days }),
    fix: t("Give it a new one: docs/manager-secrets.md."),
  };
}
