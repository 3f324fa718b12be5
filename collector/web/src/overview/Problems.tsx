// Open problems by cause, largest first: what it is, how many, since when, what to do next.
import { memo } from "react";
import { Link } from "react-router";
import type { PlaceAnswer, PlaceRef, Problem } from "../api/names";
import { PROVINCE } from "../api/queries";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { problems } from "../state/classes";
import { FaultLevelBadge } from "../state/FaultLevelBadge";
import { Mark } from "../state/Mark";
import { Since } from "../time/Age";
import { useWords } from "../words/words";
import { placeBelow } from "./where";

export function Problems({ answer }: { answer: PlaceAnswer }) {
  const { t } = useWords();
  return (
    <Panel
      title={t("problems.title")}
      note={t("problems.by")}
      now_ms={answer.now_ms}
      live
      className="problems"
      testid="problems"
    >
      {answer.problems.length === 0 ? (
        <Nothing answer={answer} />
      ) : (
        <ol>
          {answer.problems.map((problem) => (
            <ProblemItem
              key={`${problem.class} ${problem.finding ?? ""} ${problem.upstream?.code ?? ""}`}
              problem={problem}
              place={answer.place.code}
              path={answer.path}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** Counts come with every delta, the groups a little later: never claim all is well in between. */
function Nothing({ answer }: { answer: PlaceAnswer }) {
  const { t } = useWords();
  const kind = problems(answer.counts) > 0 ? "gathering" : "none";
  return <Notice title={t(`problems.${kind}`)} next={t(`problems.${kind}.next`)} />;
}

interface ItemProps {
  problem: Problem;
  place: string;
  path: PlaceRef[];
}

const ProblemItem = memo(function ProblemItem({ problem, place, path }: ItemProps) {
  const { t, n, finding } = useWords();
  const up = problem.upstream;
  const { cause, next } =
    up == null
      ? finding(problem.finding, problem.class)
      : { cause: t("upstream.cause", { place: up.name }), next: t("upstream.next") };
  const scope = up?.code ?? place;
  const within = scope === PROVINCE ? "" : `&place=${scope}`;
  return (
    <li data-testid={`problem-${up?.code ?? problem.finding ?? problem.class}`}>
      <div className="problem-head">
        <span className={`is-${problem.class}`}>
          <Mark of={problem.class} />
          <span className="sr-only">{t(`class.${problem.class}`)}</span>
        </span>
        <b>{cause}</b>
        <FaultLevelBadge of={problem.level} />
        <Link to={`/venues?class=${problem.class}${within}`} className="num">
          {t("problems.venues", { n: n(problem.venues) })}
        </Link>
      </div>
      <p>
        <span className="soft">{t("problems.next")}</span> {next}
      </p>
      <p className="soft samples">
        <span>
          {t(`class.${problem.class}`)} · {t("problems.lasted")} <Since at={problem.since_ms} />
          {problem.sample.length > 0 && ` · ${t("problems.sample")} `}
        </span>
        {problem.sample.slice(0, 2).map((venue) => (
          <Link key={venue.id} to={`/venues/${venue.id}`} data-name="">
            {placeBelow(venue.place_name, path)} {venue.name}
          </Link>
        ))}
      </p>
    </li>
  );
});
