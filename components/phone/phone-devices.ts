/** Which microphone and speaker this browser uses for the phone; empty means the system's own. */
export type Devices = Readonly<{ microphoneId: string; speakerId: string }>;

const KEPT = "rf-phone-devices";

/** What was chosen here before. */
export function chosenDevices(): Devices {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const of = (name: string) => {
      const value: unknown = typeof kept === "object" && kept !== null && name in kept ? Reflect.get(kept, name) : "";
      return typeof value === "string" ? value : "";
    };
    return { microphoneId: of("microphoneId"), speakerId: of("speakerId") };
  } catch {
    return { microphoneId: "", speakerId: "" };
  }
}

export function chooseDevices(change: Partial<Devices>): Devices {
  const devices = { ...chosenDevices(), ...change };
  try {
    localStorage.setItem(KEPT, JSON.stringify(devices));
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
  return devices;
}

/**
 * The chosen microphone, or the system's own where that one is gone.
 * @throws DOMException as the browser says why there is none.
 */
export function microphone(): Promise<MediaStream> {
  const { microphoneId } = chosenDevices();
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const { mediaDevices } = navigator;
  if (!mediaDevices) return Promise.reject(new Error("no microphone in this page"));
  return mediaDevices.getUserMedia({
    audio: { ...audio, ...(microphoneId ? { deviceId: { ideal: microphoneId } } : {}) },
  });
}

let audio: HTMLAudioElement | undefined;

/** Where the other side is heard. */
export const speaker = {
  play: (stream: MediaStream): void => {
    audio ??= new Audio();
    audio.srcObject = stream;
    void speaker.choose(chosenDevices().speakerId);
    // Refused only where nobody has pressed anything in this page yet, and a call takes a press.
    audio.play().catch(() => {});
  },
  stop: (): void => {
    if (audio) audio.srcObject = null;
  },
  choose: async (id: string): Promise<void> => {
    // One that was pulled out is answered with the system's own.
    if (audio && "setSinkId" in audio) await audio.setSinkId(id).catch(() => {});
  },
};

/** Whether this browser lets a page choose where it is heard. */
export const canChooseSpeaker = (): boolean => "setSinkId" in HTMLMediaElement.prototype;
