import type { DisputeDetail } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { rateDecimals } from "@/components/billing/money-text";
import { DecisionTrace } from "@/components/calls/decision-trace";
import { PhoneNumber } from "@/components/calls/phone-number";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ evidence: DisputeDetail["evidence"]; currency: string; own: boolean }>;

/** The receipt and the decisions as they were when the charge was disputed; nothing that happens later changes them. */
export function DisputeEvidence({ evidence, currency, own }: Props) {
  const { receipt, trace } = evidence;
  return (
    <>
      {receipt && (
        <Section title={own ? t("The receipt, as you saw it") : t("The receipt, as the customer saw it")}>
          <div className="rounded-lg border border-dashed border-outline bg-bg px-4 py-3">
            <p className="flex items-baseline justify-between gap-3 pb-2">
              <PhoneNumber className="text-lg" formatted={evidence.call.to} />
              <span className="text-ink-3">{receipt.planName}</span>
            </p>
            <dl className="grid border-t border-dashed pt-2">
              {receipt.steps.map(({ label, value }) => (
                <div className="flex justify-between gap-4 py-0.5" key={label}>
                  <dt className="text-ink-2">{label}</dt>
                  <dd className="figures text-end">{value}</dd>
                </div>
              ))}
              <div className="mt-2 flex items-baseline justify-between gap-4 border-t border-dashed pt-2">
                <dt className="text-ink-2">{t("Charged")}</dt>
                <dd>
                  <Money
                    className="text-lg font-semibold"
                    currency={currency}
                    decimals={rateDecimals(BigInt(receipt.costMicros))}
                    micros={BigInt(receipt.costMicros)}
                  />
                </dd>
              </div>
            </dl>
          </div>
        </Section>
      )}
      {trace && trace.length > 0 && (
        <Section title={t("What was checked")}>
          <DecisionTrace trace={trace} />
        </Section>
      )}
    </>
  );
}
