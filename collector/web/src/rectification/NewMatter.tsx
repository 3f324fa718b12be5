// A matter that a person enters by hand, or that begins with what a page already knows of it.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { RectifyAnswer, Source } from "../api/names";
import { client } from "../api/queries";
import { shiftedDay } from "../inspections/calendar";
import { Said } from "../inspections/Said";
import { OPERATOR } from "../roll_call/form";
import { WhereField } from "../roll_call/Scope";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { type Draft, dayOfDue, newOf } from "./ledger";
import "../style/roll_call.css";
import "../style/rectification.css";

const DEADLINE_MS = 15_000;
/** A usual time to put something right. */
const DAYS = 15;

interface NewProps {
  first?: Partial<Draft>;
  origin?: Source;
  close: () => void;
  added: (id: number) => void;
}

export function NewMatter({ first, origin = { kind: "hand", id: null }, close, added }: NewProps) {
  const { t } = useWords();
  const [draft, setDraft] = useState<Draft>(() => ({
    subject: "",
    item: "",
    problem: "",
    advice: "",
    unit: "",
    day: shiftedDay(dayOfDue(now()), DAYS),
    person: recall(OPERATOR) ?? "",
    ...first,
  }));
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const order = newOf(draft, origin, now());
  const go = async () => {
    if (!order) return;
    setProblem(null);
    keep(OPERATOR, order.person);
    try {
      const { item } = await post<RectifyAnswer>("/rectifications", order, DEADLINE_MS);
      void client.invalidateQueries({ queryKey: ["rectifications"] });
      close();
      added(item.id);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  const field = (name: keyof Draft, word: Parameters<typeof t>[0], most: number, type = "text") => (
    <label className="call-field" htmlFor={`new-${name}`}>
      <span>{t(word)}</span>
      <input
        id={`new-${name}`}
        type={type}
        value={draft[name]}
        maxLength={most}
        data-testid={`new-${name}`}
        onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={620}
        title={t("rectify.add")}
        okText={t("rectify.add.go")}
        cancelText={t("pad.cancel")}
        okButtonProps={{ disabled: order === null, "data-testid": "new-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(go)}
        onCancel={close}
      >
        <div className="matter-new" data-testid="new-matter">
          <div className="call-field">
            <span>{t("rectify.subject")}</span>
            <WhereField code={draft.subject} set={(subject) => setDraft({ ...draft, subject })} testid="new-subject" />
          </div>
          {field("item", "rectify.item", 64)}
          {field("problem", "rectify.head.problem", 500)}
          {field("advice", "rectify.advice", 500)}
          {field("unit", "rectify.head.unit", 64)}
          {field("day", "rectify.head.due", 10, "date")}
          {field("person", "inspect.person", 64)}
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
