/** The parts of the world in which countries are listed; "none" holds what belongs to no country. */
export const continents = ["europe", "africa", "asia", "north_america", "south_america", "oceania", "none"] as const;
export type Continent = (typeof continents)[number];

const countries: Readonly<Record<Continent, string>> = {
  europe:
    "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK",
  africa:
    "AC AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TA TD TG TN TZ UG YT ZA ZM ZW",
  asia: "AE AF AM AZ BD BH BN BT CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TW UZ VN YE",
  north_america:
    "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  south_america: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
  oceania: "AS AU CC CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PW SB TK TO TV VU WF WS",
  none: "XS XN",
};
const continentOfCountry = new Map(
  continents.flatMap((one) => countries[one].split(" ").map((country) => [country, one])),
);

/** Where a country is listed; what is new in the world and not known here yet is listed with what has no country. */
export const continentOf = (country: string): Continent => continentOfCountry.get(country) ?? "none";
