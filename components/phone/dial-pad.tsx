import { type Message, msg, say, t } from "@/server/kernel/words";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const names: Partial<Record<(typeof keys)[number], Message>> = { "*": msg("Star"), "#": msg("Hash") };

function nameOf(key: (typeof keys)[number]): string {
  const name = names[key];
  return name ? say(name) : key;
}

/** Twelve keys, for a number that is typed or for the other end to hear. */
export function DialPad({ onKey }: Readonly<{ onKey: (key: string) => void }>) {
  return (
    <fieldset className="grid grid-cols-3 gap-1.5" dir="ltr">
      <legend className="sr-only">{t("Dial pad")}</legend>
      {keys.map((key) => (
        <button
          aria-label={nameOf(key)}
          className="figures min-h-9 rounded-md border text-lg hover:bg-sunken pointer-coarse:min-h-12"
          key={key}
          onClick={() => onKey(key)}
          type="button"
        >
          {key}
        </button>
      ))}
    </fieldset>
  );
}
