import type { ContainPreview } from "@/server/domain/incidents/containment-list";

/** Why one of several is not contained with the others: it is over, or does not touch exactly one phone. */
export type LeftOut = "over" | "no_one_phone" | "not_found";

export type ContainSum = {
  /** Of the incidents that would be contained, what each concerns. */
  readonly with: readonly { readonly incidentId: string; readonly subject: string }[];
  readonly without: readonly { readonly incidentId: string; readonly why: LeftOut }[];
  readonly extensions: number;
  readonly liveCalls: number;
  readonly held: readonly { readonly currency: string; readonly micros: bigint }[];
  readonly phones: readonly string[];
  /** Networks that would be banned, and those that are kept. */
  readonly banned: readonly string[];
  readonly kept: readonly string[];
  /** Tenants whose owners are told, and how many people that is. */
  readonly tell: ContainPreview["tell"];
};

export type Previewed = Readonly<{ incidentId: string; extensionId: string; preview: ContainPreview }>;

/** What would be done for several incidents together. What two of them concern is counted once: it is done once. */
export function containSum(previewed: readonly Previewed[], without: ContainSum["without"]): ContainSum {
  const each = [...new Map(previewed.map((one) => [one.extensionId, one.preview])).values()];
  const total = (of: (preview: ContainPreview) => number) => each.reduce((sum, preview) => sum + of(preview), 0);
  const held = new Map<string, bigint>();
  for (const { currency, heldMicros } of each) held.set(currency, (held.get(currency) ?? 0n) + heldMicros);
  // An incident knows more of where its calls come from than another that concerns the same phone.
  const sources = previewed.flatMap(({ preview }) => preview.sources);
  const networks = (stays: boolean) => [
    ...new Set(sources.filter(({ kept }) => (kept !== null) === stays).map(({ network }) => network)),
  ];
  return {
    with: previewed.map(({ incidentId, preview }) => ({ incidentId, subject: preview.subject })),
    without,
    extensions: total(({ extensions }) => extensions),
    liveCalls: total(({ liveCalls }) => liveCalls),
    held: [...held].map(([currency, micros]) => ({ currency, micros })),
    phones: each.flatMap(({ phones }) => phones.map(({ address }) => address)),
    banned: networks(false),
    kept: networks(true),
    tell: [...new Map(each.flatMap(({ tell }) => tell.map((one) => [one.slug, one] as const))).values()],
  };
}
