import { regionText } from "@/server/kernel/locale";
import { localeOf, t } from "@/server/kernel/words";

const notCountries = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);
const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Every country that the browser has a name for, by name, for a select; the first chooses none. */
export function countryChoices(): readonly Readonly<{ value: string; label: string }>[] {
  const known = letters.flatMap((first) =>
    letters.flatMap((second) => {
      const code = `${first}${second}`;
      const name = notCountries.has(code) ? code : regionText(code);
      return name === code ? [] : [{ value: code, label: name }];
    }),
  );
  return [
    { value: "", label: t("Any country") },
    ...known.toSorted((a, b) => a.label.localeCompare(b.label, localeOf())),
  ];
}
