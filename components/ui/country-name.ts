const names = new Intl.DisplayNames(["en"], { type: "region" });

/** "Germany" for DE; a code that names no country stays as it is. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
