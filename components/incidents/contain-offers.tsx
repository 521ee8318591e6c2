import type { ContainPreview } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { ContainOffer } from "@/components/incidents/contain-offer";
import { offersOf } from "@/components/incidents/contain-words";
import { Icon } from "@/components/ui/icon";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** What a press would do, with counts; what may be left out can be unticked. */
export function ContainOffers({ preview }: Readonly<{ preview: ContainPreview }>) {
  const { phones, heldBy, currency, heldMicros, liveCalls } = preview;
  return (
    <div className="grid gap-4">
      {heldBy.length > 0 && (
        <Notice title={t("Incident {numbers} stops it already", { numbers: heldBy.join(", ") })} tone="info">
          {t("Each incident holds it for itself; the same one joins.")}
        </Notice>
      )}
      <ol className="grid">
        {offersOf(preview).map(({ back, ...offer }) => (
          <ContainOffer held={liveCalls > 0 ? [{ currency, micros: heldMicros }] : []} key={offer.step} offer={offer}>
            <span className="flex items-center gap-1 text-xs text-ink-3">
              {back && <Icon name="undo" />}
              {back ? t("undone by a release") : offer.step === "evidence" ? "" : t("stays")}
            </span>
          </ContainOffer>
        ))}
      </ol>
      {phones.length > 0 && (
        <p className="text-ink-2">
          {t(
            "{phones}: cut off until set up with a new secret. Until then the phone cannot even dial emergency numbers.",
            { phones: phones.map(({ address }) => address).join(", ") },
          )}
        </p>
      )}
      {preview.destinations.length > 0 && <Destinations preview={preview} />}
    </div>
  );
}

/** What was called most; unticked, because it concerns every phone of the tenant. */
function Destinations({ preview: { destinations, currency } }: Readonly<{ preview: ContainPreview }>) {
  return (
    <Section title={t("Called in 24 hours; tick what the whole tenant shall not call")}>
      <ul className="flex flex-wrap gap-x-5">
        {destinations.map(({ prefix, calls, costMicros }) => (
          <li key={prefix}>
            <label className="flex min-h-8 items-center gap-2">
              <input className="size-4 accent-accent" name="prefix" type="checkbox" value={prefix} />
              <bdi className="figures" dir="ltr">
                +{prefix}
              </bdi>
              <span className="text-ink-3">
                {calls} · <Money currency={currency} micros={costMicros} />
              </span>
            </label>
          </li>
        ))}
      </ul>
    </Section>
  );
}
