import { type ComponentType, createElement, lazy, Suspense } from "react";

/** A component whose code comes with its first use. Nothing stands in its place meanwhile: it is a layer over the page. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = lazy(async () => ({ default: await load() }));
  return (props) => createElement(Suspense, { fallback: null }, createElement(loaded, props));
}
