import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * Whether the page has woken up in this browser. Until then it is markup: a press is lost, and a form that is sent goes out
 * the browser's own way, with all its fields in the address.
 */
export const useAwake = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
