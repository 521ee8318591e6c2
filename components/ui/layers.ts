/** Whether a dialog or a menu is open: the keys of the page behind it rest. */
export const isLayerOpen = (): boolean => document.querySelector("dialog[open], :popover-open") !== null;
