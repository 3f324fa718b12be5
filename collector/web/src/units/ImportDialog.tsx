// A file in the place of the register: it is tried first, and what it would do is said before anything is done.
import { Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { ApiProblem, upload } from "../api/fetch";
import type { UnitsReport } from "../api/names";
import { client } from "../api/queries";
import { AntdFrame } from "../shell/AntdFrame";
import { type Key, useWords } from "../words/words";
import { removesMuch, trialOf } from "./units";

const DEADLINE_MS = 60_000;
const LINES = 200;

type Step =
  | { at: "choose" }
  | { at: "trying"; name: string }
  | { at: "tried"; name: string; file: File; report: UnitsReport }
  | { at: "taking"; name: string; report: UnitsReport }
  | { at: "done"; name: string; report: UnitsReport };

export function ImportDialog({ close }: { close: () => void }) {
  const { t, refusal } = useWords();
  const [step, setStep] = useState<Step>({ at: "choose" });
  const [problem, setProblem] = useState<Error | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);

  const put = (file: File, dry: boolean) =>
    upload<UnitsReport>(`/units?dry_run=${dry}`, file, "text/csv", DEADLINE_MS, stop.current.signal);
  const attempt = async (next: Step, what: () => Promise<Step>) => {
    const before = step;
    setProblem(null);
    setStep(next);
    try {
      setStep(await what());
    } catch (error) {
      if (stop.current.signal.aborted) return;
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
      setStep(before);
    }
  };
  const choose = (file: File) =>
    attempt({ at: "trying", name: file.name }, async () => ({
      at: "tried",
      name: file.name,
      file,
      report: await put(file, true),
    }));
  const take = () => {
    if (step.at !== "tried") return;
    const { name, file, report } = step;
    void attempt({ at: "taking", name, report }, async () => {
      const done = await put(file, false);
      void client.invalidateQueries({ queryKey: ["units"] });
      void client.invalidateQueries({ queryKey: ["unit"] });
      return { at: "done", name, report: done };
    });
  };
  const ready = step.at === "tried" && trialOf(step.report) === "ready";
  const is_busy = step.at === "trying" || step.at === "taking";
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={720}
        title={t("units.import.title")}
        okText={t(step.at === "done" ? "units.import.close" : "units.import.go")}
        cancelText={t("call.cancel")}
        okButtonProps={{
          disabled: step.at !== "done" && !ready,
          danger: step.at === "tried" && removesMuch(step.report),
          "data-testid": "import-go",
        }}
        cancelButtonProps={{ autoInsertSpace: false, style: step.at === "done" ? { display: "none" } : undefined }}
        onOk={step.at === "done" ? close : take}
        onCancel={close}
      >
        <div className="units-import" data-testid="units-import-dialog" data-step={step.at}>
          <p className="soft">{t("units.import.what")}</p>
          {step.at !== "done" && (
            <label className="units-file">
              <span className="plain">{t("units.import.file")}</span>
              <span data-name="">{step.at === "choose" ? "" : step.name}</span>
              <input
                type="file"
                accept=".csv,text/csv"
                disabled={is_busy}
                data-testid="import-file"
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  if (file) void choose(file);
                }}
              />
            </label>
          )}
          {is_busy && <p role="status">{t(step.at === "trying" ? "units.import.trying" : "units.import.taking")}</p>}
          {problem && (
            <p className="call-problem" role="alert">
              {refusal(problem) ?? t("units.import.failed")}
            </p>
          )}
          {(step.at === "tried" || step.at === "taking" || step.at === "done") && (
            <Report report={step.report} done={step.at === "done"} />
          )}
        </div>
      </Modal>
    </AntdFrame>
  );
}

function Report({ report, done }: { report: UnitsReport; done: boolean }) {
  const { t, n, lang } = useWords();
  const sums: [Key, number][] = [
    ["units.import.added", report.added],
    ["units.import.changed", report.changed],
    ["units.import.unchanged", report.unchanged],
    ["units.import.removed", report.removed],
  ];
  const said = (line: { message: string; message_zh: string }) => (lang === "zh" ? line.message_zh : line.message);
  const verdict = done ? "done" : trialOf(report);
  return (
    <>
      <p className={verdict === "refused" ? "call-problem" : "call-said"} data-testid="import-verdict" role="status">
        <b>{t(`units.import.${verdict}`, { n: n(report.errors.length) })}</b>
        {!done && removesMuch(report) && (
          <span className="is-fail">{t("units.import.removes", { n: n(report.removed) })}</span>
        )}
      </p>
      <dl className="call-sums num">
        {sums.map(([word, figure]) => (
          <div key={word} className={figure === 0 ? "is-zero" : undefined}>
            <dt>{t(word)}</dt>
            <dd>{n(figure)}</dd>
          </div>
        ))}
      </dl>
      {(["errors", "notes"] as const).map((of) =>
        report[of].length === 0 ? null : (
          <div key={of}>
            <h4>{t(`units.import.${of}`)}</h4>
            <ol className="units-lines">
              {report[of].slice(0, LINES).map((line) => (
                <li key={`${line.line} ${line.message}`}>
                  <b className="num">{t("units.import.line", { n: n(line.line) })}</b> <span>{said(line)}</span>
                </li>
              ))}
            </ol>
            {report[of].length > LINES && (
              <p className="soft">{t("units.import.more", { n: n(report[of].length - LINES) })}</p>
            )}
          </div>
        ),
      )}
    </>
  );
}
