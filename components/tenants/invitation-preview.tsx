import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ name: string; email: string }>;

const PRODUCT = "Ringfence";
const LINK = "…/invitation#…";

/** The invitation as its reader will see it, in the brand that holds for the new tenant. */
export function InvitationPreview({ name, email }: Props) {
  const { brand } = useScope();
  const tenant = name || t("the new tenant");
  return (
    <Section title={t("The invitation")}>
      <div className="grid gap-2 rounded-lg border border-t-4 border-t-mark bg-surface p-3 text-xs break-words">
        <p className="text-ink-3">{rich("To {address}", { address: <bdi>{email || t("the admin")}</bdi> })}</p>
        <p className="text-md font-semibold text-accent">{brand?.name ?? PRODUCT}</p>
        <p className="text-sm font-medium">{t("Your invitation to {tenant}", { tenant })}</p>
        <div className="grid gap-1 text-ink-2">
          <p>{t("You were invited to the telephones of {tenant}.", { tenant })}</p>
          <p>{t("Open this link to choose your name and password. It works once, for seven days:")}</p>
          <p className="text-accent underline">
            <bdi dir="ltr">{LINK}</bdi>
          </p>
          <p>{t("If you did not expect this, do nothing: without the link nobody gets in.")}</p>
        </div>
      </div>
    </Section>
  );
}
