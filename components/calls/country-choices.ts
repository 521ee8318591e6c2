const notCountries = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);
const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Every country that the browser has a name for, by name, for a select; the first chooses none. */
export function countryChoices(): readonly Readonly<{ value: string; label: string }>[] {
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const known = letters.flatMap((first) =>
    letters.flatMap((second) => {
      const code = `${first}${second}`;
      const name = notCountries.has(code) ? undefined : names.of(code);
      return name === undefined ? [] : [{ value: code, label: name }];
    }),
  );
  return [{ value: "", label: "Any country" }, ...known.toSorted((a, b) => a.label.localeCompare(b.label, "en"))];
}
