import type { Outputs } from "@/components/api/outputs";

type Target = Outputs["notifications"]["targets"][number];
type Delivery = Outputs["notifications"]["deliveries"][number];

export const kindWords: Readonly<Record<Target["kind"], string>> = {
  mail: "Mail",
  webhook: "Webhook",
  sms: "Short message",
};

const levels: Readonly<Record<number, string>> = {
  1: "At once",
  2: "When nobody took it in time",
  3: "When nobody did in twice the time",
};
export const levelText = (level: number): string => levels[level] ?? "";
export const levelChoices = [1, 2, 3].map((level) => ({ value: String(level), label: levelText(level) }));

export const stateWords: Readonly<Record<Delivery["state"], { word: string; ink: string }>> = {
  queued: { word: "On its way", ink: "text-ink-2" },
  held: { word: "Held", ink: "text-warn" },
  sent: { word: "Sent", ink: "text-ok" },
  failed: { word: "Failed", ink: "text-bad" },
};

const events: Readonly<Record<string, string>> = {
  "incident.raised": "Incident began or got worse",
  "incident.escalated": "Nobody took an incident",
  "incident.notice": "Incident at your phones",
  test: "Test",
};
export const eventText = (event: string): string => events[event] ?? event;
