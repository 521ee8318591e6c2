import type { IconName } from "@/components/ui/icon";
import type { LineGroup } from "@/server/domain/incidents/timeline-kinds.schema";
import { type Message, msg } from "@/server/kernel/words";

export const groupWords: Readonly<Record<LineGroup, { word: Message; icon: IconName }>> = {
  people: { word: msg("timeline|People"), icon: "person" },
  rules: { word: msg("timeline|Rules and signals"), icon: "alert" },
  pbx: { word: msg("timeline|Stopped and let go"), icon: "lock" },
  evidence: { word: msg("timeline|Evidence"), icon: "audit" },
  messages: { word: msg("timeline|Messages"), icon: "bell" },
};
