/** The keys that work on every page, as they are bound and as the list of shortcuts shows them. */
export const everywhere = {
  palette: { keys: "Ctrl K", what: "Find anything, go anywhere, do anything" },
  tenant: { keys: "Ctrl Shift T", what: "Switch tenant" },
  tenantHere: { keys: "G 0", what: "Switch tenant, where the browser keeps Ctrl Shift T for itself" },
  send: { keys: "Ctrl Enter", what: "In a dialog: press its button, from any field" },
  zone: { keys: "T T", what: "Show times on the tenant's clock, on mine or in UTC" },
  help: { keys: "?", what: "This list" },
} as const;

/** What the keys do that a page binds by `data-shortcut`; a button's own words are told first. */
export const wordsOfKey: Readonly<Record<string, string>> = {
  "/": "Search this list",
  "[": "Narrow or widen the sidebar",
  x: "Choose the row, for what is done to many",
};

/** Of lists and of what is open beside them. */
export const inLists = [
  ["J K", "Next and previous row, also with a panel open"],
  ["Enter", "Open the row"],
  ["Esc", "Close the panel"],
] as const;

/** On a Mac the Command key does what Control does elsewhere. */
export const asPrinted = (keys: string, mac: boolean): string => (mac ? keys.replace("Ctrl", "⌘") : keys);
