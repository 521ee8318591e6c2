import localFont from "next/font/local";

/** Latin subsets of Geist, served from here; no page asks anybody else for a font. */
export const sans = localFont({
  src: "./_fonts/geist-sans-latin.woff2",
  variable: "--font-geist-sans",
  weight: "100 900",
  display: "swap",
});
export const mono = localFont({
  src: "./_fonts/geist-mono-latin.woff2",
  variable: "--font-geist-mono",
  weight: "100 900",
  display: "swap",
  preload: false,
});
