// One run: while it is open how far it is, afterwards its result; the venues, where they are sound, what is to blame, one record.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { ApiProblem } from "../api/fetch";
import type { RunAnswer } from "../api/names";
import { PROVINCE, runQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { useSearch } from "../state/use_search";
import { useWords } from "../words/words";
import { Compare } from "./Compare";
import { LinksAll } from "./LinksAll";
import { type Look, readLook, VIEWS } from "./look";
import { PassAll } from "./PassAll";
import { Places } from "./Places";
import { RecordPanel } from "./Record";
import { RunHead } from "./RunHead";
import { isOpen } from "./run";
import { Stages } from "./Stages";
import { Venues } from "./Venues";
import "../style/venues.css";
import "../style/call.css";
import "../style/inspections.css";
import "../style/run.css";

export type Turn = (change: Partial<Look>) => void;

function useLook(): [Look, Turn] {
  const [parameters, change] = useSearch();
  return [readLook(parameters), change];
}

export function RunPage() {
  const { t } = useWords();
  const id = useParams().id ?? "";
  useFollow(PROVINCE);
  const { data, error, refetch } = useQuery(runQuery(id));
  if (error && !data) {
    const gone = error instanceof ApiProblem && (error.status === 404 || error.status === 400);
    if (!gone) return <Failed error={error} retry={refetch} />;
    return (
      <Notice title={t("inspect.missing")} next={t("inspect.missing.next", { id })} testid="not-found">
        <Link className="plain" to="/inspections">
          {t("inspect.back")}
        </Link>
      </Notice>
    );
  }
  if (!data) return <Loading />;
  return <Run key={id} id={id} answer={data} />;
}

function Run({ id, answer }: { id: string; answer: RunAnswer }) {
  const { t } = useWords();
  const [look, turn] = useLook();
  const open = isOpen(answer.run);
  return (
    <div className="call run" data-testid="run" data-ready="run" data-state={answer.run.state}>
      <RunHead answer={answer} />
      <div className="call-body run-body">
        <Venues id={id} answer={answer} look={look} turn={turn} open={open} />
        <Panel
          title={t("inspect.result")}
          now_ms={open ? answer.now_ms : null}
          className="run-middle"
          extra={
            <span className="switch" role="group" aria-label={t("inspect.views")}>
              {VIEWS.map((view) => (
                <button
                  key={view}
                  type="button"
                  data-testid={`view-${view}`}
                  aria-pressed={look.view === view}
                  onClick={() => turn({ view })}
                >
                  {t(`inspect.view.${view}`)}
                </button>
              ))}
            </span>
          }
        >
          {look.view === "places" ? (
            <>
              <Places answer={answer} look={look} turn={turn} />
              <PassAll id={id} place={look.place} />
              {answer.run.work.manual.length > 0 && <LinksAll id={id} place={look.place} />}
            </>
          ) : look.view === "stages" ? (
            <Stages answer={answer} look={look} turn={turn} />
          ) : (
            <Compare
              key={look.with}
              id={id}
              given_ms={answer.run.given_ms}
              last={answer.previous}
              other={look.with}
              turn={turn}
            />
          )}
        </Panel>
        <RecordPanel answer={answer} id={id} venue={look.venue} open={open} close={() => turn({ venue: "" })} />
      </div>
    </div>
  );
}
