import { type Message, msg } from "@/server/kernel/words";

/** The keys that work on every page, as they are bound and as the list of shortcuts shows them. */
export const everywhere = {
  palette: { keys: "Ctrl K", what: msg("Find anything, go anywhere, do anything") },
  tenant: { keys: "Ctrl Shift T", what: msg("Switch tenant") },
  tenantHere: { keys: "G 0", what: msg("Switch tenant, where the browser keeps Ctrl Shift T for itself") },
  send: { keys: "Ctrl Enter", what: msg("In a dialog: press its button, from any field") },
  zone: { keys: "T T", what: msg("Show times on the tenant's clock, on mine or in UTC") },
  undo: { keys: "Ctrl Z", what: msg("Take back what was just done, as long as that is offered") },
  link: { keys: "Ctrl .", what: msg("Copy the link to what is shown") },
  help: { keys: "?", what: msg("This list") },
} as const;

/** What the keys do that a page binds by `data-shortcut`; a button's own words are told first. */
export const wordsOfKey: Readonly<Record<string, Message>> = {
  "/": msg("Search this list"),
  "[": msg("Narrow or widen the sidebar"),
  x: msg("Choose the row, for what is done to many"),
};

/** Of lists and of what is open beside them. */
export const inLists = [
  ["J K", msg("Next and previous row, also with a panel open")],
  ["Shift J K", msg("Choose the row and the one beside it, where rows can be chosen")],
  ["Enter", msg("Open the row")],
  ["Esc", msg("Close the panel")],
] as const;

/** On a Mac the Command key does what Control does elsewhere. */
export const asPrinted = (keys: string, mac: boolean): string => (mac ? keys.replace("Ctrl", "⌘") : keys);
