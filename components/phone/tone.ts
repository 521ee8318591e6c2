export type Tone = Readonly<{ stop: () => void }>;

/** Hertz, and seconds of sound and of silence, as Europe's exchanges do it. */
const kinds = {
  ringback: { frequencies: [425], on: 1, off: 4, loudness: 0.05 },
  ring: { frequencies: [660, 880], on: 1, off: 2, loudness: 0.12 },
} as const;

/** A tone until it is stopped; silence where the browser lets a page make none yet. */
export function tone(kind: keyof typeof kinds): Tone {
  const { frequencies, on, off, loudness } = kinds[kind];
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.gain.value = 0;
  gain.connect(audio.destination);
  for (const frequency of frequencies) {
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start();
  }
  const beat = () => {
    const { currentTime: now } = audio;
    gain.gain.setTargetAtTime(loudness, now, 0.01);
    gain.gain.setTargetAtTime(0, now + on, 0.01);
  };
  beat();
  const timer = setInterval(beat, (on + off) * 1_000);
  let stopped = false;
  return {
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      void audio.close();
    },
  };
}
