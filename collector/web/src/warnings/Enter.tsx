// A drift becomes a matter that has to be put right: the collector knows the unit and the day, a person only signs.
import { Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiProblem, post } from "../api/fetch";
import type { RectifyAnswer, Warning } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";

const DEADLINE_MS = 15_000;

export function Enter({ one, close }: { one: Warning; close: () => void }) {
  const { t, value } = useWords();
  const navigate = useNavigate();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [unit, setUnit] = useState("");
  const [advice, setAdvice] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    const said = { ...(unit.trim() && { unit: unit.trim() }), ...(advice.trim() && { advice: advice.trim() }) };
    const order = { venue: one.venue, probe: one.probe, value: one.value, person: person.trim(), ...said };
    try {
      const { item } = await post<RectifyAnswer>("/warnings/rectify", order, DEADLINE_MS);
      void client.invalidateQueries({ queryKey: ["rectifications"] });
      navigate(`/inspections/rectification?id=${item.id}`);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  const field = (
    word: "rectify.from.unit" | "rectify.advice" | "inspect.person",
    text: string,
    set: (to: string) => void,
  ) => (
    <label className="call-field">
      <span>{t(word)}</span>
      <input
        value={text}
        maxLength={word === "rectify.advice" ? 500 : 64}
        data-testid={`enter-${word}`}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={560}
        title={t("warn.enter")}
        okText={t("rectify.add.go")}
        cancelText={t("pad.cancel")}
        okButtonProps={{ disabled: person.trim() === "", "data-testid": "enter-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(go)}
        onCancel={close}
      >
        <div className="run-ask" data-testid="enter">
          <p>
            <b data-name="">{one.name}</b>{" "}
            <span data-name="">
              {t("warn.problem", {
                probe: one.probe_name,
                value: value(one.value),
                day: timestamp(one.crosses_ms).slice(0, 10),
              })}
            </span>
          </p>
          <p className="soft">{t("warn.enter.what")}</p>
          {field("rectify.from.unit", unit, setUnit)}
          {field("rectify.advice", advice, setAdvice)}
          {field("inspect.person", person, setPerson)}
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
