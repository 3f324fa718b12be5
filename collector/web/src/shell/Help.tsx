import { Modal } from "antd";
import { type Key, useWords } from "../words/words";
import { AntdFrame } from "./AntdFrame";

const KEYS: [keys: string[], word: Key][] = [
  [["/"], "help.search"],
  [["g", "o"], "help.overview"],
  [["g", "c"], "help.call"],
  [["F9"], "help.called"],
  [["g", "a"], "help.inbound"],
  [["1…9"], "help.post"],
  [["a"], "help.answer"],
  [["e"], "help.close.call"],
  [["g", "v"], "help.venues"],
  [["g", "u"], "help.units"],
  [["g", "s"], "help.systems"],
  [["g", "i"], "help.inspections"],
  [["g", "p"], "help.assurance"],
  [["g", "m"], "help.meetings"],
  [["g", "r"], "help.documents"],
  [["g", "w"], "help.wall"],
  [["j"], "help.next"],
  [["k"], "help.previous"],
  [["Enter"], "help.enter"],
  [["h"], "help.left"],
  [["l"], "help.right"],
  [["["], "owed.page.before"],
  [["]"], "owed.page.after"],
  [["Esc"], "help.escape"],
  [["?"], "help.help"],
];

export function Help({ close }: { close: () => void }) {
  const { t } = useWords();
  return (
    <AntdFrame>
      <Modal open title={t("help.title")} onCancel={close} footer={null} width={780}>
        <dl className="keys" data-testid="help-list">
          {KEYS.map(([keys, word]) => (
            <div key={word}>
              <dt>
                {keys.map((key, i) => (
                  <span key={key}>
                    {i > 0 && <small> {t("help.then")} </small>}
                    <kbd>{key}</kbd>
                  </span>
                ))}
              </dt>
              <dd>{t(word)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </AntdFrame>
  );
}
