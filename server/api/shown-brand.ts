import { type Brand, brandOfHouse } from "@/server/domain/brands/brands";
import { doorOf } from "@/server/domain/brands/door";
import { logoNamed } from "@/server/domain/brands/logos";
import { webServices } from "@/server/infra/web/services";

/** The brand for whoever came by this Host header, signed in or not; null is the house's own. */
export async function shownBrand(hostHeader: string | null): Promise<Brand | null> {
  const { db, env } = webServices();
  const door = await doorOf(db, hostHeader, env.APP_URL);
  return door?.brand ?? brandOfHouse(db);
}

/** A logo. Its address is the hash of what it is, so it never changes. What a browser may do with it is said in proxy.ts. */
export async function logoFile(file: string): Promise<Response> {
  const logo = await logoNamed(webServices().db, file);
  if (!logo) return new Response("There is no such logo.", { status: 404 });
  return new Response(Uint8Array.from(logo.bytes), {
    headers: {
      "content-type": logo.type,
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}
