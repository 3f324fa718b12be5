// One call to us: the clock and whether the room can answer, read from across the room; what is checked; the way out; who answered.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { API, ApiProblem, post } from "../api/fetch";
import { client, PROVINCE } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { SealDialog } from "../panels/SealDialog";
import { Clock } from "../roll_call/Sums";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { Answer } from "./Answer";
import { Faults } from "./Faults";
import { inboundQuery } from "./queries";
import { Refused } from "./Refused";
import { Steps } from "./Steps";
import type { InboundAnswer, InboundItem, Say } from "./shapes";
import { bannerOf, clockOf, isOpen } from "./told";
import "../style/venues.css";
import "../style/call.css";
import "../style/inbound.css";

const DEADLINE_MS = 15_000;

export function InboundCall() {
  const { t } = useWords();
  const id = useParams().id ?? "";
  useFollow(PROVINCE);
  const { data, error, refetch } = useQuery(inboundQuery(id));
  if (!data && error) {
    const gone = error instanceof ApiProblem && (error.status === 404 || error.status === 400);
    if (!gone) return <Failed error={error} retry={refetch} />;
    return (
      <Notice title={t("inbound.missing")} next={t("call.missing.next", { id })} testid="not-found">
        <Link className="plain" to="/inbound">
          {t("inbound.back")}
        </Link>
      </Notice>
    );
  }
  if (!data) return <Loading />;
  return <Call key={id} answer={data} error={error} />;
}

function Call({ answer, error }: { answer: InboundAnswer; error: Error | null }) {
  const { t } = useWords();
  const { call, steps, faults } = answer;
  const [problem, setProblem] = useState<Error | null>(null);
  const busy = useRef(false);
  const say = useCallback<Say>(
    async (word) => {
      if (busy.current) return;
      busy.current = true;
      setProblem(null);
      try {
        const told = await post<InboundAnswer>(`/inbound/${call.id}/words`, word, DEADLINE_MS);
        client.setQueryData(inboundQuery(String(call.id)).queryKey, told);
        void client.invalidateQueries({ queryKey: ["inbound"] });
      } catch (error) {
        setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
      }
      busy.current = false;
    },
    [call.id],
  );
  return (
    <div className="inbound-call" data-testid="inbound-call" data-state={call.state} data-ready="inbound-call">
      <Head answer={answer} />
      {error && (
        <p className="call-problem" role="alert">
          {t("call.problem.read", { time: timestamp(answer.now_ms).slice(11) })}
        </p>
      )}
      {problem && <Refused problem={problem} />}
      <div className="inbound-body">
        <Panel title={t("inbound.steps")} note={t("inbound.steps.note")} className="inbound-steps-panel">
          {steps.length === 0 ? (
            <Notice title={t("inbound.steps.none")} next={t(`inbound.box.${answer.box}`)} />
          ) : (
            <Steps answer={answer} say={say} />
          )}
          {steps.length > 0 && answer.unchecked.length > 0 && (
            <p className="soft" data-testid="inbound-unchecked">
              {t("inbound.unchecked", {
                what: answer.unchecked.map((need) => t(`inbound.need.${need}`)).join(t("inbound.and")),
              })}
            </p>
          )}
        </Panel>
        <div className="inbound-side">
          {(faults.length > 0 || answer.box !== "connected") && isOpen(call) && (
            <Panel title={t("inbound.faults")} className="inbound-faults">
              <Faults answer={answer} />
            </Panel>
          )}
          <Panel title={t("inbound.answer")} className="inbound-answer">
            <Answer call={call} say={say} />
          </Panel>
        </div>
      </div>
    </div>
  );
}

/** The record of a call that is over: signed off, or its editions. */
function Sealed({ call }: { call: InboundItem }) {
  const { t, n } = useWords();
  const [sealing, setSealing] = useState(false);
  return (
    <>
      <button type="button" className="plain" data-testid="seal-open" onClick={() => setSealing(true)}>
        {call.edition > 0 ? t("inspect.signed", { n: n(call.edition) }) : t("inbound.seal")}
      </button>
      {sealing && (
        <SealDialog
          title={t("inbound.seal.title")}
          sign={`/inbound/${call.id}/sign`}
          editions={`/inbound/${call.id}/editions`}
          open={null}
          close={() => setSealing(false)}
          done={() => void client.invalidateQueries({ queryKey: ["inbound"] })}
        />
      )}
    </>
  );
}

function Head({ answer }: { answer: InboundAnswer }) {
  const { t } = useWords();
  const { call } = answer;
  const banner = bannerOf(answer);
  const first = call.first_ready_ms;
  return (
    <header className={`inbound-head is-${banner.tone}`}>
      <Clock call={clockOf(call)} />
      <div
        className="inbound-banner"
        role="status"
        aria-live="assertive"
        data-testid="inbound-banner"
        data-tone={banner.tone}
      >
        <strong>{t(banner.key, banner.vars)}</strong>
        <span className="num">
          {call.answer
            ? t("inbound.banner.answered.what", {
                mode: t(`call.mode.${call.answer.how}`),
                s: Math.round(call.answer.after_ms / 1000),
              })
            : first !== null
              ? t("inbound.banner.since", { s: Math.round(first / 1000) })
              : answer.open.length === 0
                ? t(`inbound.box.${answer.box}`)
                : t("inbound.banner.open", {
                    what: answer.open.map((need) => t(`inbound.need.${need}`)).join(t("inbound.and")),
                  })}
        </span>
      </div>
      <dl className="inbound-what">
        <div>
          <dt>{t("inbound.room")}</dt>
          <dd>
            <Link to={`/venues/${call.venue}`} data-name="">
              {call.name}
            </Link>{" "}
            <small className="soft num">{call.venue}</small>
          </dd>
        </div>
        <div>
          <dt>{t("inbound.caller")}</dt>
          <dd>
            <b data-name="">{call.caller}</b> <small className="tag">{t(`call.kind.${call.kind}`)}</small>
          </dd>
        </div>
        <div>
          <dt>{t("inbound.received")}</dt>
          <dd className="num">
            {timestamp(call.received_ms).slice(5)}
            {call.operator && <span data-name=""> {call.operator}</span>}
          </dd>
        </div>
        <div className="inbound-links">
          {(["html", "docx", "xlsx"] as const).map((form) => (
            <a
              key={form}
              className="plain"
              href={`${API}/inbound/${call.id}/report?form=${form}`}
              target="_blank"
              rel="noreferrer"
              data-testid={`inbound-report-${form}`}
            >
              {t(`call.report.${form}`)}
            </a>
          ))}
          {!isOpen(call) && <Sealed call={call} />}
          <Link className="plain" to="/inbound">
            {t("inbound.back")}
          </Link>
        </div>
      </dl>
    </header>
  );
}
