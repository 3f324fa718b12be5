// What is wrong while no roll call has the big screen: by cause, the most urgent first.
import type { PlaceAnswer, Problem } from "../api/names";
import { placeBelow } from "../overview/where";
import { Notice } from "../panels/Notice";
import { Freshness } from "../panels/Panel";
import { problems } from "../state/classes";
import { FaultLevelBadge } from "../state/FaultLevelBadge";
import { Mark } from "../state/Mark";
import { Since } from "../time/Age";
import { useWords } from "../words/words";

const SHOWN = 10;

export function WallProblems({ answer, called }: { answer: PlaceAnswer; called: boolean }) {
  const { t, n } = useWords();
  const kind = problems(answer.counts) > 0 ? "gathering" : "none";
  const more = answer.problems.length - SHOWN;
  return (
    <section className="wall-problems" data-testid="wall-problems">
      <header>
        <h2>{t("wall.problems.title")}</h2>
        {more > 0 && <span className="num">{t("wall.problems.more", { n: n(more) })}</span>}
        <Freshness at={answer.now_ms} live />
      </header>
      {answer.problems.length === 0 ? (
        <Notice title={t(`problems.${kind}`)} next={t(`problems.${kind}.next`)} />
      ) : (
        <ol>
          {answer.problems.slice(0, SHOWN).map((problem) => (
            <Row
              key={`${problem.class} ${problem.finding ?? ""} ${problem.upstream?.code ?? ""}`}
              problem={problem}
              answer={answer}
            />
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

function Row({ problem, answer }: { problem: Problem; answer: PlaceAnswer }) {
  const { t, n, finding } = useWords();
  const [first] = problem.sample;
  const up = problem.upstream;
  return (
    <li>
      <FaultLevelBadge of={problem.level} />
      <span className="wall-cause">
        <span className={`is-${problem.class}`}>
          <Mark of={problem.class} />
          <b>{up ? t("upstream.cause", { place: up.name }) : finding(problem.finding, problem.class).cause}</b>
        </span>
        {first && (
          <small className="soft">
            <span data-name="">
              {placeBelow(first.place_name, answer.path)} {first.name}
            </span>
            {problem.venues > 1 && ` ${t("wall.problems.such")}`}
          </small>
        )}
      </span>
      <span className="num">{t("problems.venues", { n: n(problem.venues) })}</span>
      <span className="soft num">
        {t("problems.lasted")} <Since at={problem.since_ms} />
      </span>
    </li>
  );
}
