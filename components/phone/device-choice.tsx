"use client";

import { useState } from "react";

import { canChooseSpeaker, chooseDevices, chosenDevices, microphone, speaker } from "@/components/phone/phone-devices";
import type { Problem } from "@/components/phone/phone-store";
import { microphoneProblem } from "@/components/phone/phone-words";
import { currentLine } from "@/components/phone/use-line";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Found = readonly Readonly<{ deviceId: string; kind: string; label: string }>[];

/** Which microphone and speaker; the browser tells their names once it was allowed to use one. */
export function DeviceChoice() {
  const [found, setFound] = useState<Found>();
  const [chosen, setChosen] = useState(chosenDevices);
  const [problem, setProblem] = useState<Problem>();

  const look = async () => {
    try {
      const stream = await microphone();
      setFound(await navigator.mediaDevices.enumerateDevices());
      for (const track of stream.getTracks()) track.stop();
      setProblem(undefined);
    } catch (error) {
      setProblem(microphoneProblem(error));
    }
  };
  if (problem) return <p className="min-w-0 flex-1 text-xs text-bad">{`${problem.title} ${problem.next}`}</p>;
  if (!found) {
    return (
      <Button className="-ms-3" look="quiet" onClick={() => void look()}>
        {t("Devices…")}
      </Button>
    );
  }
  const choices = (kind: string) => [
    { value: "", label: t("The system's own") },
    ...found
      .filter((device) => device.kind === kind && device.deviceId && device.deviceId !== "default")
      .map(({ deviceId, label }, index) => ({
        value: deviceId,
        label: label || t("Device {count}", { count: index + 1 }),
      })),
  ];
  return (
    <div className="grid w-full gap-2">
      <Select
        choices={choices("audioinput")}
        label={t("Microphone")}
        name="microphone"
        onChange={({ target }) => {
          setChosen(chooseDevices({ microphoneId: target.value }));
          void currentLine()?.call?.changeMicrophone();
        }}
        value={chosen.microphoneId}
      />
      {canChooseSpeaker() && (
        <Select
          choices={choices("audiooutput")}
          label={t("Speaker")}
          name="speaker"
          onChange={({ target }) => {
            setChosen(chooseDevices({ speakerId: target.value }));
            void speaker.choose(target.value);
          }}
          value={chosen.speakerId}
        />
      )}
    </div>
  );
}
