// The answer in one line: the place, normal of expected, and the six classes that add up to it.
import { memo } from "react";
import { Link } from "react-router";
import type { Counts, PlaceAnswer, PlaceRef } from "../api/names";
import { PROVINCE } from "../api/queries";
import { Freshness } from "../panels/Panel";
import { CLASSES, problems, readyPercent } from "../state/classes";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { ClassBar } from "./ClassBar";

export function Readiness({ answer }: { answer: PlaceAnswer }) {
  return (
    <section className="readiness" data-testid="readiness">
      <div className="readiness-figure">
        <Crumbs path={answer.path} />
        <Figure counts={answer.counts} name={answer.place.name} now_ms={answer.now_ms} />
      </div>
      <Classes counts={answer.counts} code={answer.place.code} />
    </section>
  );
}

export function placeLink(code: string): string {
  return code === PROVINCE ? "/" : `/?place=${code}`;
}

const Crumbs = memo(function Crumbs({ path }: { path: PlaceRef[] }) {
  const { t } = useWords();
  return (
    <nav className="crumbs" aria-label={t("overview.path")} data-testid="crumbs">
      {path.map((place, i) => (
        <span key={place.code}>
          {i > 0 && <i aria-hidden="true">/</i>}
          {i === path.length - 1 ? (
            <b data-name="" aria-current="page">
              {place.name}
            </b>
          ) : (
            <Link to={placeLink(place.code)} data-name="">
              {place.name}
            </Link>
          )}
        </span>
      ))}
    </nav>
  );
});

function Figure({ counts, name, now_ms }: { counts: Counts; name: string; now_ms: number }) {
  const { t, n, lang } = useWords();
  const bad = problems(counts);
  const percent = readyPercent(counts);
  const kind = counts.venues === 0 ? "none" : bad === 0 ? "all" : "some";
  const said = t(`overview.question.${kind}`, { place: "\u0000", n: n(kind === "all" ? counts.venues : bad) });
  const [before, after] = said.split("\u0000");
  return (
    <>
      <p className="figure num" data-testid="figure">
        <b data-testid="figure-pass">{n(counts.pass)}</b>
        <span>
          {" / "}
          {n(counts.venues)}
        </span>
        {percent !== null && <em>{percent.toFixed(1)}%</em>}
        <small>{t("overview.ready")}</small>
      </p>
      <p className="said">
        <span>
          {before}
          <span data-name="">{name}</span>
          {lang === "zh" ? after?.replace(/^ /, " ") : after}
        </span>
        <Freshness at={now_ms} live />
      </p>
    </>
  );
}

const Classes = memo(function Classes({ counts, code }: { counts: Counts; code: string }) {
  const { t, n } = useWords();
  const within = code === PROVINCE ? "" : `&place=${code}`;
  return (
    <div className="classes">
      <ul>
        {CLASSES.map((c) => (
          <li key={c} className={counts[c] === 0 ? "is-zero" : undefined}>
            <Link to={`/venues?class=${c}${within}`} className={`is-${c}`} data-testid={`count-${c}`}>
              <span>
                <Mark of={c} />
                {t(`class.${c}`)}
              </span>
              <b className="num">{n(counts[c])}</b>
            </Link>
          </li>
        ))}
      </ul>
      <ClassBar counts={counts} />
      <p className="asides num">
        <span>{t("overview.classes", { n: n(counts.venues) })}</span>
        <span title={t("overview.agents.hint")}>
          {t("overview.agents")} <b>{n(counts.agents)}</b>
        </span>
        <span title={t("overview.never.hint")}>
          {t("overview.never")} <b>{n(counts.never)}</b>
        </span>
        <span title={t("overview.excluded.hint")}>
          {t("overview.excluded")} <b>{n(counts.excluded)}</b>
        </span>
      </p>
    </div>
  );
});
