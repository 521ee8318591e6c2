import { type ComponentType, createElement, lazy, type ReactNode, Suspense } from "react";

/** A component whose code comes with its first use. Nothing stands in its place meanwhile where it is a layer over the page; what is part of the page keeps its place with `meanwhile`. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ReactNode = null,
): ComponentType<Props> {
  const loaded = lazy(async () => ({ default: await load() }));
  return (props) => createElement(Suspense, { fallback: meanwhile }, createElement(loaded, props));
}
