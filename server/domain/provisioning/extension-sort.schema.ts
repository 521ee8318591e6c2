// Apart from the schemas, so that a list does not bring the library of schemas with it.

/** By number or name; with a minus the other way round. */
export const extensionSorts = ["number", "-number", "name", "-name"] as const;
export type ExtensionSort = (typeof extensionSorts)[number];

/** A place in the list: the number of the row before it, and for an order by name its name, in base64url. */
export const extensionPlace = /^[1-9]\d{1,5}(?:~[\w-]{0,500})?$/;
