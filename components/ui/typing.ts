const EDITABLE = "input, textarea, select, [contenteditable='true']";

/** Whether the key is pressed in a field, which has an undo of its own. */
export const isInField = ({ target }: KeyboardEvent): boolean => target instanceof Element && target.matches(EDITABLE);

/** Whether a key belongs to what the person is writing, or to the browser, and not to our shortcuts. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return isInField(event);
}
