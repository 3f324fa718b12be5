// The days off and the worked weekends of a year, as the State Council tells them: read and edited by the operator.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { DaysAnswer, WorkingYear } from "../api/names";
import { client, daysQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { AntdFrame } from "../shell/AntdFrame";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { daysIn } from "./days";
import { Said } from "./Said";

const DEADLINE_MS = 15_000;

export function DaysDialog({ close }: { close: () => void }) {
  const { t } = useWords();
  const [year, setYear] = useState(() => Number(timestamp(now()).slice(0, 4)));
  const { data, error, refetch } = useQuery(daysQuery(year));
  return (
    <AntdFrame>
      <Modal open centered width={560} footer={null} title={t("plan.days.title")} onCancel={close}>
        <div className="days" data-testid="days">
          <p className="days-year">
            <button
              type="button"
              className="plain"
              aria-label={t("owed.year.before")}
              onClick={() => setYear(year - 1)}
            >
              ‹
            </button>
            <b className="num">{t("owed.year", { year })}</b>
            <button type="button" className="plain" aria-label={t("owed.year.after")} onClick={() => setYear(year + 1)}>
              ›
            </button>
          </p>
          {error && !data ? <Failed error={error} retry={refetch} /> : !data && <Loading />}
          {data && <Days key={data.year} answer={data} close={close} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}

function Days({ answer, close }: { answer: DaysAnswer; close: () => void }) {
  const { t } = useWords();
  const [off, setOff] = useState(answer.days.off.join("\n"));
  const [work, setWork] = useState(answer.days.work.join("\n"));
  const [source, setSource] = useState(answer.days.source);
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const days = { off: daysIn(off, answer.year), work: daysIn(work, answer.year) };
  const both = days.off?.some((day) => days.work?.includes(day)) ?? false;
  const save = async () => {
    setProblem(null);
    if (!days.off || !days.work) return;
    const wanted: WorkingYear = { source: source.trim(), off: days.off, work: days.work };
    try {
      await put(`/inspections/days/${answer.year}`, wanted, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["inspections"] });
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <>
      {answer.unread && <p className="is-fail">{t("plan.days.unread")}</p>}
      {!answer.known && <p className="is-degraded">{t("plan.days.unknown")}</p>}
      <div className="days-two">
        <label className="call-field">
          <span>{t("plan.days.off")}</span>
          <textarea rows={9} value={off} data-testid="days-off" onChange={(event) => setOff(event.target.value)} />
        </label>
        <label className="call-field">
          <span>{t("plan.days.work")}</span>
          <textarea rows={9} value={work} data-testid="days-work" onChange={(event) => setWork(event.target.value)} />
        </label>
      </div>
      <p className={days.off && days.work && !both ? "soft" : "is-fail"}>
        {t(both ? "plan.days.both" : "plan.days.form")}
      </p>
      <label className="call-field">
        <span>{t("plan.days.source")}</span>
        <input value={source} maxLength={128} onChange={(event) => setSource(event.target.value)} />
      </label>
      <button
        type="button"
        className="plain is-first"
        data-testid="days-save"
        disabled={!days.off || !days.work || both || busy}
        onClick={() => run(save)}
      >
        {t("plan.save")}
      </button>
      {problem && <Said problem={problem} />}
    </>
  );
}
