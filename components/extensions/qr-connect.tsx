"use client";

import { useEffect, useState } from "react";

import { qrPath } from "@/components/extensions/qr-path";
import { Skeleton } from "@/components/ui/skeleton";
import { t } from "@/server/kernel/words";

type Drawing = Readonly<{ size: number; path: string }>;

/** Always dark on white with its quiet zone, in both themes: cameras need that. */
export function QrConnect({ text, label }: Readonly<{ text: string; label: string }>) {
  const [drawing, setDrawing] = useState<Drawing>();

  useEffect(() => {
    let wanted = true;
    void import("qrcode").then(({ create }) => {
      const { modules } = create(text, { errorCorrectionLevel: "L" });
      if (wanted)
        setDrawing({
          size: modules.size,
          path: qrPath(modules.size, (row, column) => Boolean(modules.get(row, column))),
        });
    });
    return () => {
      wanted = false;
    };
  }, [text]);

  if (!drawing) return <Skeleton label={t("Drawing the code")} rows={3} />;
  const side = drawing.size + 8;
  return (
    <svg
      aria-label={label}
      className="size-56 rounded-lg border"
      role="img"
      shapeRendering="crispEdges"
      viewBox={`0 0 ${side} ${side}`}
    >
      <rect fill="#fff" height={side} width={side} />
      <path d={drawing.path} fill="#000" transform="translate(4 4)" />
    </svg>
  );
}
