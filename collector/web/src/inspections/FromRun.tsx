// The faults of a run become matters that have to be put right, all at once.
import { Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { ApiProblem, post } from "../api/fetch";
import type { RunItem } from "../api/names";
import { client } from "../api/queries";
import { dayOfDue, dueOf } from "../rectification/ledger";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { shiftedDay } from "./calendar";
import { Said } from "./Said";

const DEADLINE_MS = 60_000;
const DAYS = 15;

interface Opened {
  opened: number[];
  known: number[];
}

export function FromRun({ run }: { run: RunItem }) {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="plain" data-testid="run-rectify" onClick={() => setAsking(true)}>
        {t("rectify.from")}
      </button>
      {asking && <Ask run={run} close={() => setAsking(false)} />}
    </>
  );
}

function Ask({ run, close }: { run: RunItem; close: () => void }) {
  const { t, n } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [unit, setUnit] = useState("");
  const [advice, setAdvice] = useState("");
  const [day, setDay] = useState(() => shiftedDay(dayOfDue(now()), DAYS));
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, start] = useBusy();
  const [done, setDone] = useState<Opened | null>(null);
  const due_ms = dueOf(day);
  const ready = person.trim() !== "" && due_ms !== null && due_ms > now();
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    const origin = { kind: "inspection", id: run.id };
    const said = { advice: advice.trim(), due_ms, person: person.trim(), ...(unit.trim() && { unit: unit.trim() }) };
    try {
      setDone(await post<Opened>("/rectifications/from", { origin, venues: [], ...said }, DEADLINE_MS));
      void client.invalidateQueries({ queryKey: ["rectifications"] });
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={560}
        title={t("rectify.from.title")}
        okText={t("rectify.add.go")}
        cancelText={t(done ? "call.detail.close" : "pad.cancel")}
        okButtonProps={{ disabled: !ready || done !== null, "data-testid": "from-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => start(go)}
        onCancel={close}
      >
        <div className="run-ask" data-testid="from-run">
          <p>
            {t("rectify.from.what")} <b className="num">{t("problems.venues", { n: n(run.tally.abnormal) })}</b>
          </p>
          <label className="call-field">
            <span>{t("rectify.from.unit")}</span>
            <input value={unit} maxLength={64} onChange={(event) => setUnit(event.target.value)} />
          </label>
          <label className="call-field">
            <span>{t("rectify.advice")}</span>
            <input value={advice} maxLength={500} onChange={(event) => setAdvice(event.target.value)} />
          </label>
          <label className="call-field">
            <span>{t("rectify.head.due")}</span>
            <input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
          </label>
          <label className="call-field">
            <span>{t("inspect.person")}</span>
            <input
              value={person}
              maxLength={64}
              data-testid="from-person"
              onChange={(event) => setPerson(event.target.value)}
            />
          </label>
          {done && (
            <p role="status" data-testid="from-done">
              {t("rectify.from.done", { opened: n(done.opened.length), known: n(done.known.length) })}{" "}
              <Link to="/inspections/rectification">{t("inspect.tab.rectification")}</Link>
            </p>
          )}
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
