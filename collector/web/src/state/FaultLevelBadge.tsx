// 故障级别 in a word and a frame of its own: never a Roman figure, which is a response's.
import type { FaultLevel } from "../api/names";
import { useWords } from "../words/words";

export function FaultLevelBadge({ of }: { of: FaultLevel }) {
  const { t } = useWords();
  return (
    <span className={`fault-level is-${of}`} data-level={of} title={t("fault.level")}>
      {t(`fault.level.${of}`)}
    </span>
  );
}
