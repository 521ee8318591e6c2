const EDITABLE = "input, textarea, select, [contenteditable='true']";

/** Whether a key belongs to what the person is writing, or to the browser, and not to our shortcuts. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target instanceof Element && event.target.matches(EDITABLE);
}
