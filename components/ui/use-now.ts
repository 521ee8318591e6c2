"use client";

import { useEffect, useState } from "react";

/**
 * The time, once a second, shifted to the server's clock: a browser's clock that is wrong must not make a call look longer. The
 * browser's own clock while the server has not told its time.
 */
export function useNow(serverNow: Date | undefined): Date {
  const [skew, setSkew] = useState(0);
  const [now, setNow] = useState(() => serverNow ?? new Date());

  useEffect(() => {
    if (!serverNow) return;
    setSkew(serverNow.getTime() - Date.now());
    setNow(serverNow);
  }, [serverNow]);

  useEffect(() => {
    const timer = setInterval(() => setNow(new Date(Date.now() + skew)), 1_000);
    return () => clearInterval(timer);
  }, [skew]);

  return now;
}
