import type { Outputs } from "@/components/api/outputs";
import { type Message, msg, say } from "@/server/kernel/words";

type Target = Outputs["notifications"]["targets"][number];
type Delivery = Outputs["notifications"]["deliveries"][number];

export const kindWords: Readonly<Record<Target["kind"], Message>> = {
  mail: msg("Mail"),
  webhook: msg("Webhook"),
  sms: msg("Short message"),
};

const levels: Readonly<Record<number, Message>> = {
  1: msg("At once"),
  2: msg("When nobody took it in time"),
  3: msg("When nobody did in twice the time"),
};
export function levelText(level: number): string {
  const known = levels[level];
  return known ? say(known) : "";
}
export const levelChoices = () => [1, 2, 3].map((level) => ({ value: String(level), label: levelText(level) }));

export const stateWords: Readonly<Record<Delivery["state"], { word: Message; ink: string }>> = {
  queued: { word: msg("On its way"), ink: "text-ink-2" },
  held: { word: msg("Held"), ink: "text-warn" },
  sent: { word: msg("Sent"), ink: "text-ok" },
  failed: { word: msg("Failed"), ink: "text-bad" },
};

const events: Readonly<Record<string, Message>> = {
  "incident.raised": msg("Incident began or got worse"),
  "incident.escalated": msg("Nobody took an incident"),
  "incident.notice": msg("Incident at your phones"),
  "rule.critical": msg("Rule reached critical"),
  test: msg("Test"),
};
export function eventText(event: string): string {
  const known = events[event];
  return known ? say(known) : event;
}
