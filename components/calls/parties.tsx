import { PhoneNumber } from "@/components/calls/phone-number";
import { t } from "@/server/kernel/words";

type Call = Readonly<{
  direction: string;
  from: Readonly<{ extensionNumber: string; name: string }>;
  fromFormatted: string | null;
  toFormatted: string;
  country: string | null;
}>;

/** Who called: an extension of ours, or somebody outside, who may not have said who it is. */
export function Caller({ call, nameClass = "" }: Readonly<{ call: Call; nameClass?: string }>) {
  if (call.direction === "in") {
    return call.fromFormatted ? (
      <PhoneNumber formatted={call.fromFormatted} />
    ) : (
      <span className="text-ink-2">{t("unknown")}</span>
    );
  }
  return (
    <span className="flex gap-2 whitespace-nowrap">
      <span className="figures">{call.from.extensionNumber}</span>
      <span className={`text-ink-2 ${nameClass}`}>{call.from.name}</span>
    </span>
  );
}

/** On a phone a row has room for one number, which is the other side's; the extension stands below it, as for an outgoing call. */
export const FoldedCaller = ({ call }: Readonly<{ call: Call }>) =>
  call.direction === "in" ? (
    <>
      <span className="figures sm:hidden">{call.from.extensionNumber}</span>
      <span className="max-sm:hidden">
        <Caller call={call} />
      </span>
    </>
  ) : (
    <Caller call={call} nameClass="max-w-40 truncate max-sm:hidden" />
  );

/** The lead of such a row. */
export const FoldedCalled = ({ call }: Readonly<{ call: Call }>) =>
  call.direction === "in" ? (
    <>
      <span className="sm:hidden">
        <Caller call={call} />
      </span>
      <span className="max-sm:hidden">
        <Called call={call} />
      </span>
    </>
  ) : (
    <Called call={call} />
  );

/** Who was called: a number, and of a call from outside where it rang. */
export function Called({ call }: Readonly<{ call: Call }>) {
  return (
    <span className="inline-flex items-center gap-2">
      <PhoneNumber country={call.country} formatted={call.toFormatted} />
      {call.direction === "in" && call.from.extensionNumber && (
        <span className="figures whitespace-nowrap text-ink-3">
          {t("at {extension}", { extension: call.from.extensionNumber })}
        </span>
      )}
    </span>
  );
}
