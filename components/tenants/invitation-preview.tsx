import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";

type Props = Readonly<{ name: string; email: string }>;

/** The invitation as its reader will see it, in the brand that holds for the new tenant. */
export function InvitationPreview({ name, email }: Props) {
  const { brand } = useScope();
  const tenant = name || "the new tenant";
  return (
    <Section title="The invitation">
      <div className="grid gap-2 rounded-lg border border-t-4 border-t-mark bg-surface p-3 text-xs break-words">
        <p className="text-ink-3">
          To <bdi>{email || "the admin"}</bdi>
        </p>
        <p className="text-md font-semibold text-accent">{brand?.name ?? "Ringfence"}</p>
        <p className="text-sm font-medium">{`Your invitation to ${tenant}`}</p>
        <div className="grid gap-1 text-ink-2">
          <p>{`You were invited to the telephones of ${tenant}.`}</p>
          <p>Open this link to choose your name and password. It works once, for seven days:</p>
          <p className="text-accent underline">…/invitation#…</p>
          <p>If you did not expect this, do nothing: without the link nobody gets in.</p>
        </div>
      </div>
    </Section>
  );
}
