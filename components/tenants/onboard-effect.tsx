import type { Outputs } from "@/components/api/outputs";
import { amountProblem, readAmount } from "@/components/billing/amount-input";
import { MoveEffect } from "@/components/billing/move-effect";
import { useScope } from "@/components/shell/scope";
import { InvitationPreview } from "@/components/tenants/invitation-preview";
import type { Draft } from "@/components/tenants/onboard-fields";
import { Section } from "@/components/ui/section";
import { limitPresets } from "@/server/domain/onboarding/limit-preset-kinds.schema";
import { t } from "@/server/kernel/words";

const limitsText = ({ limits }: Draft): string => {
  const { maxCalls, maxCallsPerMinute } = limitPresets[limits];
  return t("At most {calls} calls at once, {rate} a minute, until you allow more", {
    calls: maxCalls,
    rate: maxCallsPerMinute,
  });
};

type Props = Readonly<{ draft: Draft; defaults: Outputs["tenants"]["onboardDefaults"] }>;

/** What the form is going to do, told while it is filled in. */
export function OnboardEffect({ draft, defaults }: Props) {
  const { tenant } = useScope();
  const credit = amountProblem(draft.credit) ? 0n : (readAmount(draft.credit) ?? 0n);
  const pays = defaults.paysFromWallet && draft.currency === defaults.currency;
  const own = { name: tenant.name, before: defaults.available, after: defaults.available - credit };
  const made = { name: draft.name || t("The new tenant"), before: 0n, after: credit };
  return (
    <>
      <Section title={t("What it does to the money")}>
        <MoveEffect currency={draft.currency} rows={pays ? [own, made] : [made]} />
        {!defaults.paysFromWallet && (
          <p className="text-ink-3">{t("The operator's credit comes from payments, so no wallet gets smaller.")}</p>
        )}
        {defaults.paysFromWallet && !pays && (
          <p className="text-ink-3">
            {t("Credit can be given in your own currency only ({currency}).", { currency: defaults.currency })}
          </p>
        )}
      </Section>
      <Section title={t("What is made")}>
        <ul className="grid list-disc gap-1 ps-4 text-ink-2">
          <li>{t("A wallet with the credit above")}</li>
          <li>{t("Extension 101 with its SIP secret, shown once")}</li>
          <li>{t("Calls to the home country open, all others closed")}</li>
          <li>{limitsText(draft)}</li>
          <li>{t("An invitation link for {person}, valid 7 days", { person: draft.email || t("the admin") })}</li>
        </ul>
      </Section>
      <InvitationPreview email={draft.email} name={draft.name} />
    </>
  );
}
