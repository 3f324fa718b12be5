// Something is on its way: it is seen, and a second press meanwhile does nothing.
import { useCallback, useRef, useState } from "react";

export function useBusy(): [busy: boolean, run: (what: () => Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const on = useRef(false);
  const run = useCallback((what: () => Promise<unknown>) => {
    if (on.current) return;
    on.current = true;
    setBusy(true);
    void what().finally(() => {
      on.current = false;
      setBusy(false);
    });
  }, []);
  return [busy, run];
}
