import { holding } from "@/test/proof/mutations/holding";
import { margins } from "@/test/proof/mutations/margins";
import { moving } from "@/test/proof/mutations/moving";
import { placingTogether } from "@/test/proof/mutations/placing";
import { planning } from "@/test/proof/mutations/planning";
import { pricing } from "@/test/proof/mutations/pricing";
import { receiving } from "@/test/proof/mutations/receiving";
import { settling } from "@/test/proof/mutations/settling";
import { settlingTogether } from "@/test/proof/mutations/together";
import { working } from "@/test/proof/mutations/working";

export const sqlMutations = [
  ...settling,
  ...settlingTogether,
  ...placingTogether,
  ...holding,
  ...margins,
  ...pricing,
  ...planning,
  ...receiving,
  ...moving,
];
export const codeMutations = working;
