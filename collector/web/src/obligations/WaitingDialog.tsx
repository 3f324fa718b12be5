// The joint tests that wait for somebody's word: of one that does not count yet, or of a correction.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import type { TestWaiting } from "../api/names";
import { waitingTestsQuery } from "../api/queries";
import { useWords } from "../words/words";
import { Test, useSave } from "./TestsDialog";

interface WaitingProps {
  waiting: TestWaiting;
  /** Of whoever lies there, as the number on the board; empty: of all. */
  place: string;
  close: () => void;
}

export function WaitingDialog({ waiting, place, close }: WaitingProps) {
  const { t, n } = useWords();
  const { data } = useQuery(waitingTestsQuery(waiting, place));
  const [problem, save] = useSave();
  const [corrected, correct] = useState<number | null>(null);
  return (
    <Modal open centered width={820} footer={null} title={t(`owed.waits.${waiting}.title`)} onCancel={close}>
      <div className={corrected === null ? "joint-tests" : "joint-tests is-correcting"} data-testid="waiting-tests">
        <p className="soft">{t(`owed.waits.${waiting}.what`)}</p>
        {data?.total === 0 && <p className="soft">{t("owed.waits.none")}</p>}
        <ul>
          {data?.items.map((test) => (
            <Test
              key={test.id}
              test={test}
              network={null}
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
          <p role="alert" className="is-fail">
            {problem}
          </p>
        )}
      </div>
    </Modal>
  );
}
