"use client";

import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { DeviceChoice } from "@/components/phone/device-choice";
import { DialPad } from "@/components/phone/dial-pad";
import { dialText } from "@/components/phone/dial-text";
import { idle, phoneStore } from "@/components/phone/phone-store";
import { currentLine } from "@/components/phone/use-line";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ ready: boolean; onStop: () => void }>;

/** A number in any written form, a pad for fingers, and what this browser speaks and hears with. */
export function DialForm({ ready, onStop }: Props) {
  const { wish } = useSyncExternalStore(phoneStore.subscribe, phoneStore.get, () => idle);
  const [text, setText] = useState(wish?.dial ?? "");
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const dial = wish?.dial;

  useEffect(() => {
    if (!ready || !dial) return;
    phoneStore.set({ wish: undefined });
    currentLine()?.dial(dial);
  }, [ready, dial]);

  useEffect(() => input.current?.focus(), []);

  const call = (event: FormEvent) => {
    event.preventDefault();
    const number = dialText(text);
    setProblem(
      number ? undefined : text.trim() ? t("Digits, with + in front, or * and #.") : t("A number is required."),
    );
    if (number) currentLine()?.dial(number);
  };
  return (
    <form className="grid gap-3" onSubmit={call}>
      <Field
        autoComplete="tel"
        className="figures text-lg"
        inputMode="tel"
        label={t("Number")}
        name="number"
        onChange={(event) => setText(event.target.value)}
        placeholder={t("+49 30 123456 or 102")}
        problem={problem}
        ref={input}
        value={text}
      />
      <DialPad onKey={(key) => setText((before) => before + key)} />
      <Button busy={!ready && t("Connecting…")} icon="calls" look="primary" type="submit">
        {t("Call")}
      </Button>
      <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1 border-t pt-3">
        <DeviceChoice />
        <Button className="-me-3" look="quiet" onClick={onStop}>
          {t("Turn off")}
        </Button>
      </div>
    </form>
  );
}
