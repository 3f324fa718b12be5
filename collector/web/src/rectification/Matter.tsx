// One matter: what was found, what is to be done, every step that was taken, and the next.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { RectifyAnswer, RectifyStep } from "../api/names";
import { rectificationQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { Mark } from "../state/Mark";
import { Since } from "../time/Age";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { originPath, SHOWN_MARK, shownOf } from "./ledger";
import { Steps } from "./Steps";

export function Matter({ id, close }: { id: number; close: () => void }) {
  const { data, error, refetch } = useQuery(rectificationQuery(id));
  if (error && !data) return <Failed error={error} retry={refetch} code={String(id)} />;
  if (!data) return <Loading />;
  return <Told answer={data} close={close} />;
}

function Told({ answer, close }: { answer: RectifyAnswer; close: () => void }) {
  const { t } = useWords();
  const { item, history } = answer;
  const shown = shownOf(item);
  const origin = originPath(item.origin);
  const venue = item.subject.includes("-");
  return (
    <div className="matter" data-testid="matter" data-state={item.state}>
      <header>
        <h3>
          {venue ? (
            <Link to={`/venues/${item.subject}`} data-name="">
              {item.name}
            </Link>
          ) : (
            <span data-name="">{item.name}</span>
          )}
        </h3>
        <button type="button" className="plain" onClick={close}>
          {t("call.detail.close")} <kbd>Esc</kbd>
        </button>
      </header>
      <p className="matter-now">
        <span className={`state is-${SHOWN_MARK[shown]}`}>
          <Mark of={SHOWN_MARK[shown]} />
          {t(`rectify.shown.${shown}`)}
        </span>
        {item.overdue && (
          <span className="is-fail">
            {t("rectify.late")} <Since at={item.due_ms} />
          </span>
        )}
        <span className="soft num">№ {item.id}</span>
      </p>
      <dl className="call-facts">
        <dt>{t("rectify.head.problem")}</dt>
        <dd data-name="">{item.problem}</dd>
        {item.item && (
          <>
            <dt>{t("rectify.item")}</dt>
            <dd data-name="">{item.item}</dd>
          </>
        )}
        <dt>{t("rectify.advice")}</dt>
        <dd data-name="">{item.advice || "—"}</dd>
        <dt>{t("rectify.head.unit")}</dt>
        <dd data-name="">{item.unit}</dd>
        <dt>{t("rectify.head.due")}</dt>
        <dd className={item.overdue ? "num is-fail" : "num"}>{timestamp(item.due_ms).slice(0, 10)}</dd>
        <dt>{t("rectify.origin")}</dt>
        <dd>
          {origin ? (
            <Link to={origin}>{t(`rectify.origin.${item.origin.kind}`)}</Link>
          ) : (
            t(`rectify.origin.${item.origin.kind}`)
          )}
        </dd>
      </dl>
      <Steps key={`${item.state} ${item.steps}`} item={item} />
      <ol className="matter-history" data-testid="matter-history" aria-label={t("rectify.history")}>
        {[...history].reverse().map((step) => (
          <Step key={step.at_ms} step={step} />
        ))}
      </ol>
    </div>
  );
}

function Step({ step }: { step: RectifyStep }) {
  const { t } = useWords();
  const told = step.step === "retested" ? (step.passed ? "passed" : "failed") : step.step;
  return (
    <li>
      <span className="num soft">{timestamp(step.at_ms).slice(0, 16)}</span>
      <span>
        <b className={told === "failed" ? "is-fail" : told === "passed" ? "is-pass" : undefined}>
          {t(`rectify.step.${told}`)}
        </b>{" "}
        <span data-name="">{step.person}</span>
        {step.proof && step.proof.kind !== "hand" && <span> · {t(`rectify.origin.${step.proof.kind}`)}</span>}
        {step.unit && step.due_ms !== null && (
          <small className="soft">
            <span data-name="">{step.unit}</span> · {t("rectify.until", { day: timestamp(step.due_ms).slice(0, 10) })}
            {step.advice && <span data-name=""> · {step.advice}</span>}
          </small>
        )}
        {step.note && (
          <small className="soft" data-name="">
            {step.note}
          </small>
        )}
      </span>
    </li>
  );
}
