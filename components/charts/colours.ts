/** The colours of a chart as the theme of this moment has them, resolved for a canvas. */
export type Colours = Readonly<{
  series: readonly string[];
  ink: string;
  quiet: string;
  line: string;
  surface: string;
  warn: string;
}>;

const SERIES = 5;

/** Reads the tokens where they are used: the browser resolves light and dark. */
export function coloursAt(element: HTMLElement): Colours {
  const probe = document.createElement("span");
  element.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--rf-${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    series: Array.from({ length: SERIES }, (_, index) => read(`chart-${index + 1}`)),
    ink: read("ink-2"),
    quiet: read("outline"),
    line: read("line"),
    surface: read("surface"),
    warn: read("warn"),
  };
  probe.remove();
  return colours;
}

/** Calls whenever the theme changes, by the person or by the system. @returns what ends it. */
export function onTheme(listener: () => void): () => void {
  const watcher = new MutationObserver(listener);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "style", "class"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  return () => {
    watcher.disconnect();
    system.removeEventListener("change", listener);
  };
}
