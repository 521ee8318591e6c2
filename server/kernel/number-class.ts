/** The classes in which a country's numbers are opened and closed, from the harmless to the dangerous. */
export const numberClasses = ["normal", "special", "fraud"] as const;
export type NumberClass = (typeof numberClasses)[number];

/** Numbers that no country has are special all: satellites, and what is called from everywhere at a price of its own. */
export const hasNormalNumbers = (country: string): boolean => country !== "XS" && country !== "XN";
