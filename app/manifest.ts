import type { MetadataRoute } from "next";
import { t } from "@/server/kernel/words";

/** What a telephone or a desktop installs: the portal in a window of its own. Nothing is kept on the device. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: "/",
    name: "Ringfence",
    short_name: "Ringfence",
    description: t("Prepaid telephony: every call explained."),
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: "#fcfcfd",
    theme_color: "#fcfcfd",
    icons: [
      { src: "/icons/192.png", sizes: "192x192", type: "image/png" },
      { src: "/icons/512.png", sizes: "512x512", type: "image/png" },
      { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  };
}
