// Who and where, whom to call, and the state in words with its age and the next step.
import { Link } from "react-router";
import type { VenueAnswer } from "../api/names";
import { placeLink } from "../overview/Readiness";
import { Freshness } from "../panels/Panel";
import { standing } from "../state/classes";
import { State } from "../state/Mark";
import { Age, Dash, Since } from "../time/Age";
import { Telephone } from "../venues/Telephone";
import { useWords } from "../words/words";
import { Meeting } from "./Meeting";
import { Response } from "./Response";

export function Who({ answer }: { answer: VenueAnswer }) {
  const { t, n, finding, why } = useWords();
  const { venue, path } = answer;
  const stands = standing(venue);
  const told = finding(venue.finding, stands);
  // Of a stale venue it is the probe that is late.
  const late = stands === "stale" ? answer.outcomes.find((outcome) => outcome.probe === venue.why) : undefined;
  const detail = late?.name ?? why(venue.why);
  return (
    <section className="who" data-testid="who">
      <div className="who-where">
        <nav className="crumbs" aria-label={t("overview.path")}>
          {path.map((place, i) => (
            <span key={place.code}>
              {i > 0 && <i aria-hidden="true">/</i>}
              <Link to={placeLink(place.code)} data-name="">
                {place.name}
              </Link>
            </span>
          ))}
        </nav>
        <h1 data-name="">{venue.name}</h1>
        <p className="soft num">
          {t("venue.code")} {venue.id} · {t(`level.${venue.level}`)} ·{" "}
          {t(venue.two_way ? "venue.twoway" : "venue.oneway")} · {t("venue.network")}{" "}
          {venue.network === null ? `— ${t("venue.network.none")}` : <span data-name="">{venue.network}</span>}
        </p>
        <Response response={answer.response} />
      </div>
      <div className={`who-state is-${stands}`} data-testid="venue-state">
        <p className="who-verdict">
          <State of={stands} />
          {stands !== "pass" && <b>{told.cause}</b>}
          {venue.since_ms != null && (
            <span className="soft">
              {t("venue.since")} <Since at={venue.since_ms} />
            </span>
          )}
        </p>
        {detail && (
          <p className="who-why" data-name="">
            {detail}
          </p>
        )}
        {answer.upstream != null && (
          <p data-testid="upstream">
            {t("upstream.behind")}{" "}
            <Link to={placeLink(answer.upstream.place.code)}>
              {t("upstream.cause", { place: answer.upstream.place.name })}
            </Link>{" "}
            {t("upstream.with", { n: n(answer.upstream.venues) })}
          </p>
        )}
        {stands !== "pass" && (
          <p>
            <span className="soft">{t("venue.next")}</span> {answer.upstream != null ? t("upstream.next") : told.next}
          </p>
        )}
        <Meeting answer={answer} />
        <p className="soft who-ages">
          <span>
            {t("venue.last")} <Age at={venue.last_ms} />
          </span>
          <span>{t(venue.connected ? "venue.connected" : "venue.disconnected")}</span>
          <Freshness at={answer.now_ms} live />
        </p>
      </div>
      <dl className="who-call">
        <div>
          <dt>{t("venue.telephone")}</dt>
          <dd>
            <Telephone telephone={venue.telephone ?? null} large />
          </dd>
        </div>
        <div>
          <dt>{t("venue.contact")}</dt>
          <dd>{venue.contact != null ? <b data-name="">{venue.contact}</b> : <Dash why={t("missing.unset")} />}</dd>
        </div>
        <div>
          <dt>{t("venue.unit")}</dt>
          <dd>{venue.unit != null ? <span data-name="">{venue.unit}</span> : <Dash why={t("missing.unset")} />}</dd>
        </div>
      </dl>
    </section>
  );
}
