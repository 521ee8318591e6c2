"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import { Money } from "@/components/billing/money";
import { Duration } from "@/components/calls/duration";
import { StopsAt } from "@/components/calls/stops-at";
import { DeviceChoice } from "@/components/phone/device-choice";
import { DialPad } from "@/components/phone/dial-pad";
import { type CallState, phoneStore, type Quality } from "@/components/phone/phone-store";
import { qualityWord } from "@/components/phone/phone-words";
import { type KnownCall, useKnownCall } from "@/components/phone/use-known-call";
import { currentLine } from "@/components/phone/use-line";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { rich } from "@/components/words/rich";
import { msg, say, t } from "@/server/kernel/words";

const phases = {
  calling: msg("Calling…"),
  ringing: msg("Ringing…"),
  incoming: msg("Calls you"),
  live: msg("Connected"),
  over: msg("Call ended"),
};

/** The one call: who, how long, what it costs, and what can be done with it. */
export function CallCard({ call }: Readonly<{ call: CallState }>) {
  const known = useKnownCall(call);
  const now = useSecond(call.phase !== "over");
  return (
    <div className="grid gap-3 rounded-lg bg-sunken p-3">
      <div aria-live={call.phase === "incoming" ? "assertive" : "polite"}>
        <p className="figures truncate text-lg font-medium">
          <bdi dir="auto">{known?.toFormatted ?? call.number}</bdi>
        </p>
        <p className="flex flex-wrap gap-x-2 text-ink-2">
          {call.held ? t("On hold") : say(phases[call.phase])}
          {call.answeredAt !== undefined && (
            <Duration seconds={((call.endedAt ?? now.getTime()) - call.answeredAt) / 1_000} />
          )}
        </p>
      </div>
      {call.answeredAt !== undefined && (known || call.quality) && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-ink-2">
          {known && <Cost call={call} known={known} now={now} />}
          {call.phase === "live" && call.quality && <Voice quality={call.quality} />}
        </dl>
      )}
      {call.phase === "over" ? <Ending call={call} known={known} /> : <Acts call={call} />}
    </div>
  );
}

/** Fractions of a cent are what calls cost. */
const DECIMALS = 4;

function Cost({ call, known, now }: Readonly<{ call: CallState; known: KnownCall; now: Date }>) {
  const { currency, perMinuteMicros } = known;
  return (
    <>
      <dt>{t("Cost")}</dt>
      <dd className="text-end">
        <Money className="text-ink" currency={currency} decimals={DECIMALS} micros={known.costMicros} />
        {perMinuteMicros !== null && (
          <span className="block text-xs text-ink-3">
            {rich("{rate} a minute", {
              rate: <Money currency={currency} decimals={DECIMALS} micros={perMinuteMicros} />,
            })}
          </span>
        )}
      </dd>
      {call.phase === "live" && known.grantedUntil && (
        <>
          <dt>{t("Stops")}</dt>
          <dd className="text-end">
            <StopsAt
              because={known.stopsBecause}
              now={new Date(now.getTime() + known.skewMs)}
              sentence={known.stopsBecauseSentence}
              until={known.grantedUntil}
            />
          </dd>
        </>
      )}
    </>
  );
}

function Voice({ quality }: Readonly<{ quality: Quality }>) {
  const { rttMs, jitterMs, lostPercent } = quality;
  return (
    <>
      <dt>{t("Voice")}</dt>
      <dd
        className="figures text-end"
        title={t("Round trip {rtt} ms, jitter {jitter} ms, {lost} % lost", {
          rtt: rttMs ?? "?",
          jitter: jitterMs,
          lost: lostPercent,
        })}
      >
        {qualityWord(quality)}
        {rttMs !== undefined && t(", {count} ms", { count: rttMs })}
      </dd>
    </>
  );
}

/** Our own reason before what the line says: it names the rule, and what mends it. */
function Ending({ call, known }: Readonly<{ call: CallState; known: KnownCall | undefined }>) {
  const { tenantSlug } = phoneStore.get().owner ?? {};
  if (known?.reason && known.reasonSentence) {
    const { fix } = known;
    return (
      <Notice
        action={
          fix &&
          tenantSlug && (
            <Link
              className="text-accent underline-offset-2 hover:underline"
              href={`/t/${tenantSlug}/${fix.page === "home" ? "" : fix.page}`}
            >
              {fix.label}
            </Link>
          )
        }
        code={known.reason}
        live
        title={known.reasonSentence}
        tone={call.answeredAt === undefined ? "bad" : "warn"}
      />
    );
  }
  if (!call.ending) return null;
  return (
    <Notice live title={call.ending.title} tone="warn">
      {call.ending.next}
    </Notice>
  );
}

function Acts({ call }: Readonly<{ call: CallState }>) {
  const [more, setMore] = useState(false);
  const act = currentLine()?.call;
  if (call.phase === "incoming") {
    return (
      <div className="grid grid-cols-2 gap-2">
        <Button icon="calls" look="primary" onClick={() => void act?.answer()}>
          {t("call|Answer")}
        </Button>
        <Button look="danger" onClick={() => act?.hangUp()}>
          {t("Decline")}
        </Button>
      </div>
    );
  }
  return (
    <div className="grid gap-2">
      {call.phase === "live" && (
        <div className="grid grid-cols-3 gap-2">
          <Button
            aria-pressed={call.muted}
            look={call.muted ? "primary" : "plain"}
            onClick={() => act?.mute(!call.muted)}
          >
            {t("Mute")}
          </Button>
          <Button aria-pressed={call.held} look={call.held ? "primary" : "plain"} onClick={() => act?.hold(!call.held)}>
            {t("call|Hold")}
          </Button>
          <Button aria-expanded={more} onClick={() => setMore(!more)}>
            {t("Keys")}
          </Button>
        </div>
      )}
      {more && call.phase === "live" && (
        <>
          <DialPad onKey={(key) => act?.press(key)} />
          <DeviceChoice />
        </>
      )}
      <Button look="danger" onClick={() => act?.hangUp()}>
        {t("Hang up")}
      </Button>
    </div>
  );
}

function useSecond(runs: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => setNow(new Date()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}
