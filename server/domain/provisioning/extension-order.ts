import type { ExtensionSort } from "@/server/domain/provisioning/extension-sort.schema";
import { type Sql, sql } from "@/server/infra/db/sql";

type Placed = Readonly<{ number: string; displayName: string }>;

/** Where the next page goes on, without looking the row up again: it may be renamed or gone by then. */
export function placeOf(last: Placed | undefined, sort: ExtensionSort = "number"): string | null {
  if (!last) return null;
  return sort.endsWith("name") ? `${last.number}~${Buffer.from(last.displayName).toString("base64url")}` : last.number;
}

/** An order of `extension` that an index has: what follows a place in it, and how rows of it are put in order again. */
export function orderOf({ sort, after }: Readonly<{ sort: ExtensionSort; after: string | null }>) {
  const back = sort.startsWith("-");
  const way = back ? sql`DESC` : sql`ASC`;
  const follows = back ? sql`<` : sql`>`;
  const [number = "", name = ""] = after?.split("~") ?? [];
  const byName = sort.endsWith("name");
  const key = (row: "x" | "e"): readonly [Sql, Sql] => {
    const column = row === "x" ? sql`x.number` : sql`e.number`;
    const named = row === "x" ? sql`x.display_name` : sql`e.display_name`;
    return byName ? [sql`lower(${named}) COLLATE "C"`, column] : [sql`length(${column})`, column];
  };
  const [first, second] = key("x");
  const text = Buffer.from(name, "base64url").toString("utf8");
  const place = byName ? sql`lower(${text}::text) COLLATE "C"` : sql`length(${number}::text)`;
  return {
    after: after === null ? sql`true` : sql`(${first}, ${second}) ${follows} (${place}, ${number}::text)`,
    by: (row: "x" | "e"): Sql => {
      const [a, b] = key(row);
      return sql`${a} ${way}, ${b} ${way}`;
    },
  };
}
