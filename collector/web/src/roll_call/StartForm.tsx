// A roll call that is to begin: whom, how deep, until when, on whose word. What is loud is confirmed before.
import { useQueries } from "@tanstack/react-query";
import { Modal } from "antd";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { ApiProblem, post } from "../api/fetch";
import type { CallKind, RollCallDepth, RollCallItem } from "../api/names";
import { client, PROVINCE, placeQuery } from "../api/queries";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useWords } from "../words/words";
import { Forecast } from "./Forecast";
import { BASIS, CALL_KINDS, type Chosen, deadlineOf, type Form, isPlace, OPERATOR, orderOf, TITLE } from "./form";
import { Meant, useForecast } from "./Meant";
import { Said } from "./Problem";
import { Whom } from "./Whom";

const DEADLINE_MS = 30_000;
const DEPTHS: readonly RollCallDepth[] = ["present", "ready", "proven"];

/** How many will be called, or why that is not known. */
function useCount(include: readonly Chosen[], except: readonly Chosen[]): number | "asking" | "unknown" {
  const places = [...include, ...except].filter(isPlace);
  const answers = useQueries({ queries: places.map((one) => ({ ...placeQuery(one.code), staleTime: 30_000 })) });
  if (answers.some((answer) => answer.isError && !answer.data)) return "unknown";
  if (answers.some((answer) => !answer.data)) return "asking";
  const venues = (code: string) => {
    const counts = answers[places.findIndex((one) => one.code === code)]?.data?.counts;
    return counts ? counts.venues + counts.never : 0;
  };
  // What is excepted counts where it lies inside of what is called.
  const inside = except.filter((one) => include.some((other) => one.code.startsWith(other.code)));
  const sum = (of: readonly Chosen[]) => of.reduce((n, one) => n + (isPlace(one) ? venues(one.code) : 1), 0);
  return Math.max(0, sum(include) - sum(inside));
}

export function StartForm() {
  const { t, n } = useWords();
  const navigate = useNavigate();
  const [form, setForm] = useState<Form>(() => ({
    source: "lists",
    group: null,
    meeting: null,
    kind: "spot-check",
    title: recall(TITLE) ?? "",
    depth: "present",
    include: [{ code: PROVINCE, name: "", within: "" }],
    except: [],
    levels: [],
    deadline: "3:00",
    operator: recall(OPERATOR) ?? "",
    basis: recall(BASIS) ?? "",
    system: "",
  }));
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const change = (some: Partial<Form>) => setForm((was) => ({ ...was, ...some }));
  const count = useCount(form.include, form.except);
  const order = orderOf(form);
  const forecast = useForecast(order);
  const meant = forecast.data?.meant ?? null;
  const counted = form.source === "lists" && form.levels.length === 0 && typeof count === "number" ? n(count) : "—";
  const called = meant ? n(meant.rooms + meant.units) : counted;
  const bad_deadline = deadlineOf(form.deadline) === null;

  const begin = async () => {
    if (!order || busy) return;
    setAsking(false);
    setBusy(true);
    setProblem(null);
    keep(OPERATOR, form.operator.trim());
    keep(BASIS, form.basis.trim());
    keep(TITLE, form.title.trim());
    try {
      const call = await post<RollCallItem>("/roll-calls", order, DEADLINE_MS);
      void client.invalidateQueries({ queryKey: ["roll-calls"] });
      navigate(`/roll-call/${call.id}`);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
      setBusy(false);
    }
  };
  return (
    <form
      className="call-form"
      data-testid="call-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (form.depth !== "present") setAsking(order !== null);
        else void begin();
      }}
    >
      <Whom form={form} change={change} />
      <Depth is={form.depth} set={(depth) => change({ depth })} />
      {form.depth === "proven" && order && <Forecast forecast={forecast.data} error={forecast.error} />}
      <div className="call-form-row">
        <Field word="deadline" value={form.deadline} set={(deadline) => change({ deadline })} most={5}>
          <small className={bad_deadline ? "is-fail" : "soft"}>
            {t(bad_deadline ? "call.deadline.bad" : "call.deadline.unit")}
          </small>
        </Field>
        <Field word="operator" value={form.operator} set={(operator) => change({ operator })} most={64} hint />
      </div>
      <Kind is={form.kind} set={(kind) => change({ kind })} />
      <div className="call-form-row">
        <Field word="title" value={form.title} set={(title) => change({ title })} most={128} hint />
        <Field word="basis" value={form.basis} set={(basis) => change({ basis })} most={128} hint />
        <Field word="system" value={form.system} set={(system) => change({ system })} most={64} hint />
      </div>
      <div className="call-go">
        {problem && <Said problem={problem} of="start" />}
        <button type="submit" className="plain is-first is-large" data-testid="call-go" disabled={!order || busy}>
          {t(busy ? "call.go.busy" : "call.go")}
        </button>
        <p data-testid="call-count" aria-live="polite">
          {form.source !== "lists" ? null : form.include.length === 0 ? (
            <span className="soft">{t("call.scope.none.next")}</span>
          ) : typeof count === "string" ? (
            <span className="soft">{t(`call.count.${count}`)}</span>
          ) : (
            <b className="num">{t("call.count.about", { n: n(count) })}</b>
          )}
        </p>
        {meant && <Meant meant={meant} />}
      </div>
      <AntdFrame>
        <Modal
          open={asking}
          centered
          width={560}
          title={t("call.confirm.title", { depth: t(`call.depth.${form.depth}`) })}
          okText={t("call.confirm.go")}
          cancelText={t("call.cancel")}
          okButtonProps={{ "data-testid": "confirm-go" }}
          cancelButtonProps={{ autoInsertSpace: false }}
          onOk={() => void begin()}
          onCancel={() => setAsking(false)}
        >
          <div className="call-confirm" data-testid="call-confirm">
            <p>{t("call.confirm.what", { n: called })}</p>
            {form.depth === "proven" && <p>{t("call.depth.proven.hint")}</p>}
            <p>{t("call.confirm.meeting")}</p>
            <p className="soft">{t("call.confirm.night")}</p>
          </div>
        </Modal>
      </AntdFrame>
    </form>
  );
}

function Kind({ is, set }: { is: CallKind; set: (kind: CallKind) => void }) {
  const { t } = useWords();
  return (
    <fieldset className="switch call-kind" aria-label={t("call.kind")}>
      {CALL_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={is === kind}
          data-testid={`form-kind-${kind}`}
          onClick={() => set(kind)}
        >
          {t(`call.kind.${kind}`)}
        </button>
      ))}
    </fieldset>
  );
}

function Depth({ is, set }: { is: RollCallDepth; set: (depth: RollCallDepth) => void }) {
  const { t } = useWords();
  return (
    <fieldset className="call-depth" aria-label={t("call.depth")}>
      {DEPTHS.map((depth) => (
        <label key={depth} className={is === depth ? "is-chosen" : undefined}>
          <input
            type="radio"
            name="depth"
            checked={is === depth}
            data-testid={`depth-${depth}`}
            onChange={() => set(depth)}
          />
          <b>{t(`call.depth.${depth}`)}</b>
          <span className="soft">{t(`call.depth.${depth}.hint`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  word: "deadline" | "operator" | "title" | "basis" | "system";
  value: string;
  set: (text: string) => void;
  most: number;
  hint?: boolean;
  children?: React.ReactNode;
}

function Field({ word, value, set, most, hint, children }: FieldProps) {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="call-field">
      <label htmlFor={id}>{t(`call.${word}`)}</label>
      <input
        id={id}
        value={value}
        maxLength={most}
        placeholder={hint && word !== "deadline" ? t(`call.${word}.hint`) : undefined}
        autoComplete="off"
        data-testid={`form-${word}`}
        onChange={(event) => set(event.target.value)}
      />
      {children}
    </div>
  );
}
