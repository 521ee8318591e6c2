/** Something that was found, and where it is: the tenant is the one acted on or one below it. */
export type Hit = Readonly<{
  kind: "call" | "extension" | "number" | "transaction" | "statement" | "incident" | "ban" | "tenant";
  id: string;
  slug: string;
  tenant: string;
  title: string;
  detail: string;
  state: string;
  at: Date | null;
  /** Whether the text names exactly this: an id, a number in full, an address. */
  exact: boolean;
}>;
