// What is to blame: failures by stage, the most venues first, then why venues were not tested; a group narrows the list to it.
import type { RunAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { type Look, NO_STAGE } from "./look";
import type { Turn } from "./RunPage";
import { isOpen } from "./run";

interface StagesProps {
  answer: RunAnswer;
  look: Look;
  turn: Turn;
}

export function Stages({ answer, look, turn }: StagesProps) {
  const { t, n } = useWords();
  if (answer.blamed.length + answer.untested.length === 0) {
    const kind = isOpen(answer.run) ? "yet" : "none";
    return <Notice title={t(`inspect.stages.${kind}`)} next={t(`inspect.stages.${kind}.next`)} />;
  }
  return (
    <>
      <ul className="run-stages" data-testid="run-stages">
        {answer.blamed.map((group) => {
          const blamed = group.stages || NO_STAGE;
          const is = look.blamed === blamed;
          return (
            <li key={blamed} className={is ? "is-chosen" : undefined}>
              <button
                type="button"
                aria-pressed={is}
                data-testid={`stage-${group.stages}`}
                onClick={() => turn({ blamed: is ? "" : blamed, untested: "", conclusion: "" })}
              >
                <span className="is-fail">
                  <Mark of="fail" />
                </span>
                <b data-name={group.stages ? "" : undefined}>{group.stages || t("inspect.stage.none")}</b>
                <b className="num">{t("problems.venues", { n: n(group.venues) })}</b>
              </button>
            </li>
          );
        })}
      </ul>
      {answer.untested.length > 0 && <h3 className="run-why">{t("inspect.why")}</h3>}
      <ul className="run-stages" data-testid="run-untested">
        {answer.untested.map(({ reason, venues }) => {
          const is = look.untested === reason;
          return (
            <li key={reason} className={is ? "is-chosen" : undefined}>
              <button
                type="button"
                aria-pressed={is}
                data-testid={`untested-${reason}`}
                onClick={() => turn({ untested: is ? "" : reason, blamed: "", conclusion: "" })}
              >
                <span className="is-unknown">
                  <Mark of="unknown" />
                </span>
                <span>{t(`inspect.why.${reason}`)}</span>
                <b className="num">{t("problems.venues", { n: n(venues) })}</b>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
