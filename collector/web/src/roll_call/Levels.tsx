// Of the places that are chosen, the rooms of which levels are meant: none chosen, of all.
import type { Level } from "../api/names";
import { useWords } from "../words/words";
import { LEVELS, toggledLevel } from "./form";

interface LevelsProps {
  chosen: readonly string[];
  set: (levels: Level[]) => void;
  /** Only of places can levels be said. */
  enabled: boolean;
}

export function Levels({ chosen, set, enabled }: LevelsProps) {
  const { t } = useWords();
  return (
    <div className="call-field">
      <span>{t("call.scope.levels")}</span>
      <div className="chips" role="group" aria-label={t("call.scope.levels")}>
        {LEVELS.map((level) => (
          <button
            key={level}
            type="button"
            className="plain"
            disabled={!enabled}
            aria-pressed={chosen.includes(level)}
            data-testid={`level-${level}`}
            onClick={() => set(toggledLevel(chosen, level))}
          >
            {t(`level.${level}`)}
          </button>
        ))}
        {enabled && chosen.length === 0 && <small className="soft">{t("call.scope.levels.all")}</small>}
      </div>
    </div>
  );
}
