/** How a column puts its list in order: what the address and the portal call it, and which way round that name alone means. */
export type Sort = Readonly<{ by: string; first: Way }>;
type Way = "ascending" | "descending";

/** The order that a list is in: a name, or one with a minus before it for the other way round. */
export type Sorted = Readonly<{ by: string; onSort: (by: string) => void }>;

export const ascending = (by: string): Sort => ({ by, first: "ascending" });
export const descending = (by: string): Sort => ({ by, first: "descending" });

const otherWay: Readonly<Record<Way, Way>> = { ascending: "descending", descending: "ascending" };

/** Which way round a list in this order is by a column; undefined: it is in order by another. */
export const wayOf = ({ by, first }: Sort, now: string): Way | undefined =>
  now === by ? first : now === `-${by}` ? otherWay[first] : undefined;

/** The order that pressing a column's head asks for: its own, and pressed again, the other way round. */
export const sortBy = ({ by }: Sort, now: string): string => (now === by ? `-${by}` : by);
