import type { Continent } from "@/server/domain/destinations/continents";

/** What the parts of the world are called, in the order in which they are listed. */
export const continentWords: Readonly<Record<Continent, string>> = {
  europe: "Europe",
  africa: "Africa",
  asia: "Asia",
  north_america: "North America and the Caribbean",
  south_america: "South America",
  oceania: "Oceania",
  none: "Satellites and international networks",
};
export const continentsInOrder = Object.keys(continentWords) as Continent[];
