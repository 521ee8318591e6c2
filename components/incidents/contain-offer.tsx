import type { ReactNode } from "react";

import { Money } from "@/components/billing/money";
import { type Offer, stepName } from "@/components/incidents/contain-words";
import { rich } from "@/components/words/rich";

type Props = Readonly<{
  /** `optional` null: it is done in any case. */
  offer: Omit<Offer, "back">;
  /** What calls that are hung up hold. */
  held: readonly Readonly<{ currency: string; micros: bigint }>[];
  children?: ReactNode;
}>;

/** One step of a containment with what it meets; ticked, and to be unticked where it may be left out. */
export function ContainOffer({ offer: { step, what, optional }, held, children }: Props) {
  return (
    <li className="border-b">
      <label className="flex min-h-9 items-center gap-3 py-1">
        <input
          className="size-4 shrink-0 accent-accent"
          defaultChecked
          disabled={optional === null}
          name={optional === null ? undefined : "step"}
          type="checkbox"
          value={step}
        />
        <span className="min-w-0 flex-1">
          {stepName(step)} <span className="text-ink-3">· {what}</span>
          {step === "hang_up" &&
            held.map(({ currency, micros }) => (
              <span className="text-ink-3" key={currency}>
                {" "}
                {rich("that hold {money}", { money: <Money currency={currency} micros={micros} /> })}
              </span>
            ))}
        </span>
        {children}
      </label>
    </li>
  );
}
