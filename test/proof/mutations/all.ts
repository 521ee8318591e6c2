import { holding } from "@/test/proof/mutations/holding";
import { moving } from "@/test/proof/mutations/moving";
import { pricing } from "@/test/proof/mutations/pricing";
import { settling } from "@/test/proof/mutations/settling";
import { working } from "@/test/proof/mutations/working";

export const sqlMutations = [...settling, ...holding, ...pricing, ...moving];
export const codeMutations = working;
