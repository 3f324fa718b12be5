// A saved group is edited: its name, a note, whom it holds.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { Group, NewGroup } from "../api/names";
import { client } from "../api/queries";
import { AntdFrame } from "../shell/AntdFrame";
import { recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { type Chosen, chosenIn, chosenOut, isPlace, listsOf, OPERATOR } from "./form";
import { Levels } from "./Levels";
import { Scope } from "./Scope";

const DEADLINE_MS = 15_000;

export function GroupDialog({ group, close }: { group: Group; close: () => void }) {
  const { t, refusal } = useWords();
  const [name, setName] = useState(group.name);
  const [note, setNote] = useState(group.note);
  const [include, setInclude] = useState<readonly Chosen[]>(() => chosenIn(group));
  const [except, setExcept] = useState<readonly Chosen[]>(() => chosenOut(group));
  const [levels, setLevels] = useState<readonly string[]>(group.levels ?? []);
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const lists = listsOf({ include, except, levels });
  const save = async () => {
    if (lists === null) return;
    setProblem(null);
    const wanted: NewGroup = { name: name.trim(), note: note.trim(), by: recall(OPERATOR) ?? "", ...lists };
    try {
      await put<Group>(`/groups/${group.id}`, wanted, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["groups"] });
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
        width={720}
        title={t("call.group.edit.title")}
        okText={t("call.schedules.save")}
        cancelText={t("call.cancel")}
        okButtonProps={{ disabled: lists === null || name.trim() === "", "data-testid": "group-edited" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(save)}
        onCancel={close}
      >
        <div className="call-form call-group-edit" data-testid="group-form">
          <label className="call-field">
            <span>{t("call.group.name")}</span>
            <input
              value={name}
              maxLength={64}
              data-testid="group-edit-name"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label className="call-field">
            <span>{t("call.group.note")}</span>
            <input
              value={note}
              maxLength={200}
              data-testid="group-edit-note"
              onChange={(event) => setNote(event.target.value)}
            />
          </label>
          <Scope of="include" chosen={include} set={setInclude} />
          <Levels chosen={levels} set={setLevels} enabled={include.some(isPlace)} />
          <Scope of="except" chosen={except} set={setExcept} />
          {problem && (
            <p className="call-problem" role="alert">
              {refusal(problem) ?? t("call.group.unsaved")}
            </p>
          )}
        </div>
      </Modal>
    </AntdFrame>
  );
}
