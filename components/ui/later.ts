import { type ComponentType, createElement, lazy, type ReactNode, Suspense } from "react";

import { pageStanding } from "@/components/ui/page-standing";

/**
 * A component whose code comes with its first use. Nothing stands in its place meanwhile where it is a layer over the page;
 * what is part of the page keeps its place with `meanwhile`. Where its code is gone, after a new build, or cannot be fetched,
 * the page stays with what was typed in it and a bar says so.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ReactNode = null,
): ComponentType<Props> {
  const open = () => lazy(async () => ({ default: await load().catch(missing) }));
  let loaded = open();
  const missing = (): ComponentType<Props> => {
    pageStanding.note({ partMissing: true });
    // The next use tries again.
    loaded = open();
    return () => null;
  };
  return (props) => createElement(Suspense, { fallback: meanwhile }, createElement(loaded, props));
}
