// Apart from the schemas, so that a list does not bring the library of schemas with it.

/** What a list of extensions can be narrowed to: whether a phone is there, was ever, and whether it may call. */
export const extensionStatuses = ["registered", "offline", "never", "suspended"] as const;
export type ExtensionStatus = (typeof extensionStatuses)[number];
