/** The lines of a timeline by who or what they are about, as its filter has them. */
const kinds = {
  people: [
    "acknowledged",
    "comment",
    "owner",
    "state",
    "snoozed",
    "woken",
    "merged",
    "unmerged",
    "took_in",
    "let_go",
    "review",
    "follow_up_done",
    "follow_up_again",
  ],
  rules: ["opened", "network", "severity", "rule", "rule_ban", "rule_kept", "healed"],
  pbx: ["contain", "contain_step", "contain_failed", "release"],
  evidence: ["evidence", "evidence_asked"],
  messages: ["notified", "escalated", "told"],
} as const;

export type LineGroup = keyof typeof kinds;
export const lineGroups = Object.keys(kinds) as readonly LineGroup[];
/** The kinds of lines that are in a group. */
export const kindsOf = (group: LineGroup): readonly string[] => kinds[group];
/** What this version does not know was written by somebody. */
export const groupOf = (kind: string): LineGroup =>
  lineGroups.find((group) => kindsOf(group).includes(kind)) ?? "people";
