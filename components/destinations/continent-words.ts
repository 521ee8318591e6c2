import type { Continent } from "@/server/domain/destinations/continents";
import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<Continent, Message>> = {
  europe: msg("Europe"),
  africa: msg("Africa"),
  asia: msg("Asia"),
  north_america: msg("North America and the Caribbean"),
  south_america: msg("South America"),
  oceania: msg("Oceania"),
  none: msg("Satellites and international networks"),
};
/** The parts of the world in the order in which they are listed. */
export const continentsInOrder = Object.keys(words) as Continent[];

/** What a part of the world is called. */
export const continentName = (continent: Continent): string => say(words[continent]);
