import { decimalOf } from "@/server/kernel/money";

/** An amount as it stands in a field to begin with: two decimals where those are enough. */
export const amountField = (amount: bigint | null | undefined, otherwise = ""): string =>
  amount === null || amount === undefined ? otherwise : decimalOf(amount).replace(/(\.\d\d)0+$/, "$1");
