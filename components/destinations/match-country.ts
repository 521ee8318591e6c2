export const digitsOf = (text: string): string => text.replaceAll(/\D/g, "");

type Named = Readonly<{ name: string; country: string; callingCode: string }>;

/** Finds a country by its name, its letters or its dialling code, with or without the plus. */
export function matchesCountry(item: Named, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return true;
  if (/^[+\d\s]+$/.test(wanted)) return item.callingCode.startsWith(digitsOf(wanted));
  return item.name.toLowerCase().includes(wanted) || item.country.toLowerCase() === wanted;
}
