// The joint tests of one period: who was at which end, what waits for a word, and a new one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { API, post, query } from "../api/fetch";
import type { BoardPeriod, BoardRow, JointTest } from "../api/names";
import { jointTestsQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { PhoneLink } from "../roll_call/PhoneLink";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { periodName } from "./Board";
import { isSame } from "./board";
import { CorrectTest } from "./CorrectTest";
import { ChangedBy, Earlier, Pending } from "./Editions";
import { NewTest } from "./NewTest";
import { SheetTold } from "./SheetFields";
import { NOBODY, sent } from "./sheet";
import { WhoFields } from "./TestFields";

export const DEADLINE_MS = 15_000;

interface DialogProps {
  row: BoardRow;
  period: BoardPeriod;
  close: () => void;
}

export type Save = (path: string, body: unknown) => Promise<boolean>;

export function TestsDialog({ row, period, close }: DialogProps) {
  const { t, n } = useWords();
  const { data, error, refetch } = useQuery(jointTestsQuery(row.subject, period.from_ms, period.to_ms));
  const [problem, save] = useSave();
  /** Which test is being corrected: one form at a time. */
  const [corrected, correct] = useState<number | null>(null);
  return (
    <Modal
      open
      centered
      width={820}
      footer={null}
      title={<span data-name="">{t("owed.tests", { name: row.name, period: periodName(t, period) })}</span>}
      onCancel={close}
    >
      <div className={corrected === null ? "joint-tests" : "joint-tests is-correcting"} data-testid="joint-tests">
        {error && !data ? <Failed error={error} retry={refetch} /> : !data && <Loading />}
        {data?.total === 0 && <p className="soft">{t("owed.tests.none")}</p>}
        {data && data.total > 0 && (
          <p className="joint-report">
            <span className="soft">{t("owed.report")}</span>
            {(["html", "docx", "xlsx"] as const).map((form) => (
              <a
                key={form}
                className="plain"
                href={`${API}/joint-tests/report${query({ form, subject: row.subject, from_ms: period.from_ms, to_ms: period.to_ms })}`}
                target="_blank"
                rel="noreferrer"
                data-testid={`joint-report-${form}`}
              >
                {t(`call.report.${form}`)}
              </a>
            ))}
          </p>
        )}
        <ul>
          {data?.items.map((test) => (
            <Test
              key={test.id}
              test={test}
              network={row.network}
              save={save}
              corrected={corrected === test.id}
              correct={correct}
            />
          ))}
        </ul>
        {data && data.total > data.items.length && (
          <p className="soft">{t("owed.tests.more", { n: n(data.items.length), total: n(data.total) })}</p>
        )}
        {problem && (
          <p role="alert" className="is-fail" data-testid="owed-problem">
            {problem}
          </p>
        )}
        {corrected === null && (
          <NewTest
            subject={row.subject}
            kind={row.place === null ? "monthly" : "yearly"}
            network={row.network}
            period={period}
            save={save}
          />
        )}
      </div>
    </Modal>
  );
}

/** Sends, has the board looked at again, and says in words what the collector refuses. */
export function useSave(): [string | null, Save] {
  const { t, refusal } = useWords();
  const client = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const save: Save = async (path, body) => {
    setProblem(null);
    try {
      await post(path, body, DEADLINE_MS);
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    } finally {
      void client.invalidateQueries({ queryKey: ["joint-tests"] });
      void client.invalidateQueries({ queryKey: ["obligations"] });
    }
  };
  return [problem === null ? null : (refusal(problem) ?? t("owed.problem.other")), save];
}

interface TestProps {
  test: JointTest;
  network: string | null;
  save: Save;
  corrected: boolean;
  correct: (id: number | null) => void;
}

export function Test({ test, network, save, corrected, correct }: TestProps) {
  const { t } = useWords();
  const [withdraw, setWithdraw] = useState(false);
  return (
    <li data-testid={`test-${test.id}`}>
      <b>{t(`owed.kind.${test.kind}`)}</b> <span className="num">{timestamp(test.at_ms).slice(0, 16)}</span>{" "}
      <span data-name="">{test.name}</span>{" "}
      <span className={test.counts ? "state is-pass" : "soft"}>
        {test.withdrawn === null && t(test.counts ? "owed.counts" : "owed.counts.not")}
      </span>
      {test.note && (
        <p className="soft" data-name="">
          {test.note}
        </p>
      )}
      {test.run !== null && <p className="soft">{t("owed.run", { n: String(test.run) })}</p>}
      {test.sheet && <SheetTold sheet={test.sheet} subject={test.subject} />}
      {test.changed && <ChangedBy by={test.changed} />}
      <Earlier test={test} />
      {test.withdrawn ? (
        <p data-name="">{t("owed.withdrawn", { person: test.withdrawn.person, reason: test.withdrawn.reason })}</p>
      ) : (
        <>
          <EndOf test={test} of={test} end="near" save={save} />
          <EndOf test={test} of={test} end="far" save={save} />
          <Pending test={test} save={save} />
          {corrected ? (
            <CorrectTest test={test} network={network} save={save} close={() => correct(null)} />
          ) : (
            <button type="button" className="plain" data-testid="correct" onClick={() => correct(test.id)}>
              {t(test.counts ? "owed.correct" : test.sheet ? "owed.correct.change" : "owed.correct.fill")}
            </button>
          )}{" "}
          {corrected ? null : withdraw ? (
            <Withdraw id={test.id} save={save} close={() => setWithdraw(false)} />
          ) : (
            <button type="button" className="plain" data-testid="withdraw" onClick={() => setWithdraw(true)}>
              {t("owed.withdraw")}
            </button>
          )}
        </>
      )}
    </li>
  );
}

interface EndProps {
  test: JointTest;
  /** The test itself, or its correction: what the confirmation is of. */
  of: Pick<JointTest, "near" | "far">;
  end: "near" | "far";
  save: Save;
}

export function EndOf({ test, of, end, save }: EndProps) {
  const { t } = useWords();
  const [who, setWho] = useState(NOBODY);
  const [busy, run] = useBusy();
  const by = of[end];
  const same = isSame(who, of[end === "near" ? "far" : "near"]);
  if (by) {
    return (
      <p>
        {t(`owed.${end}`)} <span data-name="">{by.person}</span> <span className="num">{by.telephone}</span>{" "}
        <small className="soft num">{timestamp(by.at_ms).slice(0, 16)}</small>{" "}
        <small className="soft" data-testid={`way-${end}`}>
          {t(by.by_link ? "owed.way.link" : "owed.way.hq")}
        </small>
      </p>
    );
  }
  const confirm = () => save(`/joint-tests/${test.id}/confirm`, { end, ...sent(who) });
  return (
    <div className="owed-end" data-testid={`waits-${end}`}>
      {t(`owed.${end}`)} {t("owed.waiting")} <WhoFields label={t(`owed.${end}`)} who={who} change={setWho} />
      <button
        type="button"
        className="plain"
        data-testid={`confirm-${end}`}
        disabled={same || who.person.trim() === "" || busy}
        onClick={() => run(confirm)}
      >
        {t("owed.confirm", { end: t(`owed.${end}`) })}
      </button>
      {same && <small role="alert">{t("owed.same")}</small>}
      <PhoneLink
        path={`/joint-tests/${test.id}/${end}/link`}
        label={t("owed.link")}
        what={t("owed.link.what")}
        none={t("owed.link.none")}
      />
    </div>
  );
}

function Withdraw({ id, save, close }: { id: number; save: Save; close: () => void }) {
  const { t } = useWords();
  const [person, setPerson] = useState("");
  const [reason, setReason] = useState("");
  const [busy, run] = useBusy();
  const ready = person.trim() !== "" && reason.trim() !== "";
  return (
    <p className="owed-end">
      <input
        aria-label={t("owed.person")}
        placeholder={t("owed.person")}
        maxLength={64}
        value={person}
        data-testid="withdraw-person"
        onChange={(e) => setPerson(e.target.value)}
      />
      <input
        aria-label={t("owed.withdraw.why")}
        placeholder={t("owed.withdraw.why")}
        maxLength={500}
        value={reason}
        data-testid="withdraw-why"
        onChange={(e) => setReason(e.target.value)}
      />
      <button
        type="button"
        className="plain"
        disabled={!ready || busy}
        data-testid="withdraw-go"
        onClick={() => run(() => save(`/joint-tests/${id}/withdraw`, { person: person.trim(), reason: reason.trim() }))}
      >
        {t("owed.withdraw")}
      </button>
      <button type="button" className="plain" onClick={close}>
        {t("pad.cancel")}
      </button>
    </p>
  );
}
