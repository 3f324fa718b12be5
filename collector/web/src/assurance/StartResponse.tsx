// A response begins: whose, how high, where, until when; what it will change is said before.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { AssuranceResponse, AssuranceRule } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { chinaTime } from "../obligations/board";
import { chosenIn, OPERATOR } from "../roll_call/form";
import { Scope } from "../roll_call/Scope";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { type Draft, everyTold, LEVELS, wrongIn } from "./assurance";
import { Roman } from "./Badge";

const DEADLINE_MS = 15_000;

export function StartResponse({ rules, close }: { rules: readonly AssuranceRule[]; close: () => void }) {
  const words = useWords();
  const { t } = words;
  const [draft, setDraft] = useState<Draft>(() => ({
    title: "",
    hazard: "",
    level: "iv",
    authority: "",
    document: "",
    places: [],
    until: "",
    freeze: true,
    approver: "",
    person: recall(OPERATOR) ?? "",
    note: "",
  }));
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const change = (some: Partial<Draft>) => setDraft((was) => ({ ...was, ...some }));
  const wrong = wrongIn(draft, now());
  const rule = rules.find((one) => one.level === draft.level);
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, draft.person.trim());
    const { until, ...rest } = draft;
    const trimmed = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, typeof value === "string" ? value.trim() : value]),
    );
    try {
      await post<AssuranceResponse>("/assurance", { ...trimmed, to_ms: chinaTime(until) }, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["assurance"] });
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  const field = (name: "title" | "hazard" | "authority" | "document" | "person" | "approver", most: number) => (
    <label className="call-field" htmlFor={`response-${name}`}>
      <span>{t(`assure.field.${name}`)}</span>
      <input
        id={`response-${name}`}
        value={draft[name]}
        maxLength={most}
        data-testid={`response-${name}`}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={680}
        title={t("assure.start")}
        okText={t("assure.start.go")}
        cancelText={t("pad.cancel")}
        okButtonProps={{ disabled: wrong.length > 0, "data-testid": "response-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(go)}
        onCancel={close}
      >
        <div className="response-form" data-testid="response-form">
          <div className="response-two">
            {field("title", 64)}
            {field("hazard", 64)}
            {field("authority", 64)}
            {field("document", 64)}
          </div>
          <div className="chips" role="group" aria-label={t("assure.level")}>
            {LEVELS.map((level) => (
              <button
                key={level}
                type="button"
                className="plain response-level"
                aria-pressed={draft.level === level}
                data-testid={`level-${level}`}
                onClick={() => change({ level })}
              >
                <Roman of={level} /> {t(`assure.level.${level}`)}
              </button>
            ))}
          </div>
          <Where places={draft.places} set={(places) => change({ places })} />
          <div className="response-two">
            <div className="call-field">
              <span>{t("assure.field.until")}</span>
              <MomentField value={draft.until} label={t("assure.field.until")} set={(until) => change({ until })} />
            </div>
            {field("person", 64)}
          </div>
          <label className="plan-loud">
            <input
              type="checkbox"
              checked={draft.freeze}
              data-testid="response-freeze"
              onChange={(event) => change({ freeze: event.target.checked })}
            />
            <span>
              <b>{t("assure.freeze")}</b>
              <small className="soft">{t("assure.freeze.what")}</small>
            </span>
          </label>
          {field("approver", 64)}
          {rule && (
            <p className="response-changes" data-testid="response-changes">
              <b>{t("assure.will")}</b>
              <span>{t("assure.check", { every: everyTold(rule.check_every_s, words) })}</span>
              <span>{t("assure.calls", { n: rule.roll_calls_a_day })}</span>
              <span>{t("assure.staff", { n: rule.extra_staff })}</span>
            </p>
          )}
          <p className="soft">{t("assure.will.only")}</p>
          {wrong.length > 0 && (
            <p className="is-degraded" role="status">
              {t("plan.wrong", { what: wrong.map((one) => t(`assure.wrong.${one}`)).join(t("backups.and")) })}
            </p>
          )}
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}

/** Places alone: a response is of an area. */
export function Where({ places, set }: { places: readonly string[]; set: (places: string[]) => void }) {
  const { t } = useWords();
  return (
    <Scope
      of="include"
      places
      word={t("assure.places")}
      chosen={chosenIn({ places: [...places], venues: [], units: [] })}
      set={(chosen) => set(chosen.map((one) => one.code))}
    />
  );
}
