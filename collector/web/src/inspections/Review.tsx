// 填报 → 审核 → 退回 → 上报: with which level a record lies, how it came there, and what may be done next.
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { ReviewAct, RunRecord } from "../api/names";
import { client } from "../api/queries";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { actsOf, homeOf, levelOf, levelsFrom } from "./look";
import { Said } from "./Said";

const DEADLINE_MS = 15_000;

export function Review({ id, record }: { id: string; record: RunRecord }) {
  const { t } = useWords();
  const { review } = record.venue;
  return (
    <section className="run-review" data-testid="review" data-state={review.state} data-level={review.level}>
      <h4>
        {t("inspect.review")} <b className="tag">{t(`inspect.review.${review.state}`)}</b>{" "}
        {review.returned_for && (
          <small className="is-fail" data-name="">
            {review.returned_for}
          </small>
        )}
      </h4>
      <ol className="run-levels" aria-label={t("inspect.review.levels")}>
        {levelsFrom(homeOf(record)).map((level) => (
          <li key={level} aria-current={level === review.level ? "step" : undefined}>
            {t(`level.${level}`)}
          </li>
        ))}
      </ol>
      {record.steps.length > 0 && (
        <ul className="run-steps">
          {record.steps.map((step) => (
            <li key={step.at_ms}>
              <span className="num soft">{timestamp(step.at_ms).slice(5, 16)}</span>
              <b>{t(`inspect.review.act.${step.act}`)}</b>
              <span>
                {t(`level.${levelOf(step.from)}`)} → {t(`level.${levelOf(step.to)}`)}
              </span>
              <span data-name="">{step.person}</span>
              {step.reason && (
                <span className={step.act === "return" ? "is-fail" : "soft"} data-name="">
                  {step.reason}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <Next id={id} record={record} />
    </section>
  );
}

function Next({ id, record }: { id: string; record: RunRecord }) {
  const { t } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const { review } = record.venue;
  const acts = actsOf(review.state, levelOf(review.level), homeOf(record));
  if (acts.length === 0) return <p className="soft">{t("inspect.review.done")}</p>;
  const go = async (act: ReviewAct) => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await post(
        `/inspections/runs/${id}/venues/${record.venue.venue}/review`,
        { act, level: review.level, person: person.trim(), reason: reason.trim() },
        DEADLINE_MS,
      );
      setReason("");
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["inspections"] });
  };
  const named = person.trim() !== "";
  const top = review.level === "province";
  return (
    <div className="run-next">
      <input
        value={person}
        maxLength={64}
        aria-label={t("inspect.person")}
        placeholder={t("inspect.person")}
        data-testid="review-person"
        onChange={(event) => setPerson(event.target.value)}
      />
      <input
        value={reason}
        maxLength={500}
        aria-label={t("inspect.review.reason")}
        placeholder={t("inspect.review.reason")}
        data-testid="review-reason"
        onChange={(event) => setReason(event.target.value)}
      />
      {acts.map((act) => (
        <button
          key={act}
          type="button"
          className={act === "pass" ? "plain is-first" : "plain"}
          data-testid={`review-${act}`}
          disabled={busy || !named || (act === "return" && reason.trim() === "")}
          onClick={() => run(() => go(act))}
        >
          {t(act === "pass" && top ? "inspect.review.accept" : `inspect.review.go.${act}`)}
        </button>
      ))}
      {problem && <Said problem={problem} />}
    </div>
  );
}
