// What is done with a run: said in words before it is done.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { RunAnswer, RunDeed } from "../api/names";
import { client } from "../api/queries";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { type Act, actsOn } from "./run";
import { Said } from "./Said";

const DEADLINE_MS = 30_000;

export function Acts({ answer }: { answer: RunAnswer }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Act | null>(null);
  return (
    <>
      {actsOn(answer.run, answer.retried).map((act) => (
        <button key={act} type="button" className="plain" data-testid={`run-${act}`} onClick={() => setAsked(act)}>
          {t(`inspect.act.${act}`)}
        </button>
      ))}
      {asked && <Ask act={asked} answer={answer} close={() => setAsked(null)} />}
    </>
  );
}

function Ask({ act, answer, close }: { act: Act; answer: RunAnswer; close: () => void }) {
  const { t, n } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, start] = useBusy();
  const { run } = answer;
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      const deed = { person: person.trim(), deed: act, venues: [] };
      const body: RunDeed = act === "retry" ? { ...deed, which: "both" } : deed;
      await post(`/inspections/runs/${run.id}/deeds`, body, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["inspections"] });
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={540}
        title={t(`inspect.act.${act}.title`)}
        okText={t(`inspect.act.${act}`)}
        cancelText={t("inspect.act.keep")}
        okButtonProps={{ danger: act === "cancel", disabled: person.trim() === "", "data-testid": "act-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => start(go)}
        onCancel={close}
      >
        <div className="run-ask" data-testid="run-ask">
          <p>{t(`inspect.act.${act}.what`, { n: n(act === "retry" ? answer.retried : run.tally.open) })}</p>
          {(act === "resume" || act === "retry") && <p>{t(run.work.confirmed ? "inspect.loud" : "inspect.quiet")}</p>}
          <label className="call-field">
            <span>{t("inspect.person")}</span>
            <input value={person} maxLength={64} data-testid="act-person" onChange={(e) => setPerson(e.target.value)} />
          </label>
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
