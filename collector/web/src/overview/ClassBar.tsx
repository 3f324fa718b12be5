// The six classes as one bar, worst first; a class that occurs is never thinner than can be seen.
import { memo } from "react";
import type { Counts } from "../api/names";
import { CLASSES } from "../state/classes";

export const ClassBar = memo(function ClassBar({ counts }: { counts: Counts }) {
  return (
    <span className="class-bar" aria-hidden="true">
      {CLASSES.map((c) =>
        counts[c] > 0 ? <i key={c} className={`fill-${c}`} style={{ flexGrow: counts[c] / counts.venues }} /> : null,
      )}
    </span>
  );
});
