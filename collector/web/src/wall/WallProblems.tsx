// While no roll call has the screen: what is broken, by cause, the largest first.
import type { PlaceAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { problems } from "../state/classes";
import { Mark } from "../state/Mark";
import { Since } from "../time/Age";
import { useWords } from "../words/words";

const SHOWN = 8;

export function WallProblems({ answer, called }: { answer: PlaceAnswer; called: boolean }) {
  const { t, n, finding } = useWords();
  const kind = problems(answer.counts) > 0 ? "gathering" : "none";
  return (
    <section className="wall-problems" data-testid="wall-problems">
      <h2>{t("wall.problems.title")}</h2>
      {answer.problems.length === 0 ? (
        <Notice title={t(`problems.${kind}`)} next={t(`problems.${kind}.next`)} />
      ) : (
        <ol>
          {answer.problems.slice(0, SHOWN).map((problem) => (
            <li key={`${problem.class} ${problem.finding ?? ""} ${problem.upstream?.code ?? ""}`}>
              <span className={`is-${problem.class}`}>
                <Mark of={problem.class} />
                <b>{finding(problem.finding, problem.class).cause}</b>
                {problem.upstream && <span data-name=""> {problem.upstream.name}</span>}
              </span>
              <span className="num">{t("problems.venues", { n: n(problem.venues) })}</span>
              <span className="soft num">
                {t("problems.lasted")} <Since at={problem.since_ms} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {!called && (
        <p className="soft">
          {t("wall.call.none")} · {t("wall.call.none.next")}
        </p>
      )}
    </section>
  );
}
