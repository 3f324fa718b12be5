// Roll calls by the clock: which there are, what became of their last times, and a new one.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { ApiProblem, post, send } from "../api/fetch";
import type { RollCallDepth } from "../api/names";
import { client, PROVINCE, placeQuery } from "../api/queries";
import { Twice } from "../panels/Twice";
import { AntdFrame } from "../shell/AntdFrame";
import { recall } from "../state/kept";
import { timestamp } from "../time/age";
import { isKey, useWords } from "../words/words";
import { deadlineOf, OPERATOR } from "./form";
import { groupsQuery, schedulesQuery } from "./kept_queries";
import { RuleFields } from "./RuleFields";
import { NEW_RULE, type RuleForm, ruleOf, ruleSaid } from "./rule";
import { CALL_KINDS, type CallKind, type NewSchedule, type Rule, type Schedule } from "./shapes";

const DEADLINE_MS = 15_000;

export function SchedulesDialog({ close }: { close: () => void }) {
  const { t } = useWords();
  const { data } = useQuery(schedulesQuery);
  const [adding, setAdding] = useState(false);
  const [failed, setFailed] = useState(false);
  const act = async (what: () => Promise<unknown>) => {
    setFailed(false);
    try {
      await what();
    } catch {
      setFailed(true);
    }
    void client.invalidateQueries({ queryKey: ["roll-call-schedules"] });
  };
  return (
    <AntdFrame>
      <Modal open centered width={860} title={t("call.schedules")} footer={null} onCancel={close}>
        <div className="call-schedules" data-testid="call-schedules">
          {data?.items.length === 0 && !adding && <p className="soft">{t("call.schedules.none")}</p>}
          <ul>
            {(data?.items ?? []).map((one) => (
              <Row key={one.id} schedule={one} act={act} />
            ))}
          </ul>
          {failed && (
            <p className="call-problem" role="alert">
              {t("call.schedules.kept")}
            </p>
          )}
          {adding ? (
            <NewOne done={() => setAdding(false)} />
          ) : (
            <button type="button" className="plain" data-testid="schedule-new" onClick={() => setAdding(true)}>
              {t("call.schedules.new")}
            </button>
          )}
        </div>
      </Modal>
    </AntdFrame>
  );
}

export function useRuleWords(): (rule: Rule) => string {
  const { t } = useWords();
  return (rule) => {
    const weekday = (day: number) => {
      const key = `call.weekday.${day}`;
      return isKey(key) ? t(key) : String(day);
    };
    const [days, times] = ruleSaid(rule, weekday, t("inbound.and"));
    return `${t(days.key, days.vars)} ${t(times.key, times.vars)}`;
  };
}

function Row({ schedule, act }: { schedule: Schedule; act: (what: () => Promise<unknown>) => Promise<void> }) {
  const { t } = useWords();
  const said = useRuleWords();
  const [last] = schedule.slots;
  const path = `/roll-call-schedules/${schedule.id}`;
  return (
    <li data-testid={`schedule-${schedule.id}`}>
      <b data-name="">{schedule.name}</b>
      <span>{said(schedule.rule)}</span>
      <span className="tag">{t(`call.depth.${schedule.depth}`)}</span>
      <span className="soft" data-name="">
        {schedule.group ? schedule.group.name : schedule.places.join(" ")} · {schedule.operator}
      </span>
      <span className={schedule.paused ? "is-degraded" : "num"}>
        {schedule.paused
          ? t("call.schedules.paused")
          : schedule.next_ms !== null && t("call.schedules.next", { time: timestamp(schedule.next_ms).slice(5, 16) })}
      </span>
      <span className="grow" />
      <button
        type="button"
        className="plain"
        onClick={() => void act(() => post(`${path}/pause`, { paused: !schedule.paused }, DEADLINE_MS))}
      >
        {t(schedule.paused ? "call.schedules.go" : "call.schedules.pause")}
      </button>
      <Twice
        word={t("call.schedules.remove")}
        what={() => void act(() => send("DELETE", path, undefined, DEADLINE_MS))}
      />
      {last && (
        <small className={last.outcome === "called" ? "soft" : "is-fail"}>
          {t("call.schedules.last")} {timestamp(last.at_ms).slice(5, 16)} {t(`call.slot.${last.outcome}`)}{" "}
          {last.call !== null && <Link to={`/roll-call/${last.call}`}>{t("inbound.open")}</Link>}
          {last.reason && <span data-name="">{last.reason}</span>}
        </small>
      )}
    </li>
  );
}

function NewOne({ done }: { done: () => void }) {
  const { t } = useWords();
  const { data: groups } = useQuery(groupsQuery);
  const { data: province } = useQuery(placeQuery(PROVINCE));
  const [rule, setRule] = useState<RuleForm>(NEW_RULE);
  const [name, setName] = useState("");
  const [whom, setWhom] = useState(PROVINCE);
  const [depth, setDepth] = useState<RollCallDepth>("present");
  const [confirmed, setConfirmed] = useState(false);
  const [kind, setKind] = useState<CallKind>("duty");
  const [deadline, setDeadline] = useState("3:00");
  const [operator, setOperator] = useState(() => recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const wanted = ruleOf(rule);
  const deadline_s = deadlineOf(deadline);
  const ready = wanted !== null && deadline_s !== null && name.trim() !== "" && operator.trim() !== "";
  const save = async () => {
    if (!ready) return;
    setProblem(null);
    const group = /^g(\d+)$/.exec(whom)?.[1];
    const order: NewSchedule = {
      name: name.trim(),
      rule: wanted,
      ...(group ? { group: Number(group) } : { places: [whom] }),
      depth,
      deadline_s,
      confirmed: depth !== "present" && confirmed,
      kind,
      operator: operator.trim(),
      basis: "",
      paused: false,
    };
    try {
      await post("/roll-call-schedules", order, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["roll-call-schedules"] });
      done();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <form
      className="call-schedule-new call-hand"
      data-testid="schedule-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label className="call-field">
        <span>{t("call.schedules.name")}</span>
        <input
          value={name}
          maxLength={64}
          data-testid="schedule-name"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <RuleFields rule={rule} set={setRule} />
      <label className="call-field">
        <span>{t("call.schedules.whom")}</span>
        <select value={whom} data-testid="schedule-whom" onChange={(event) => setWhom(event.target.value)}>
          <option value={PROVINCE}>{t("call.scope.province")}</option>
          {(groups?.items ?? []).map((one) => (
            <option key={`g${one.id}`} value={`g${one.id}`} data-name="">
              {one.name}
            </option>
          ))}
          {(province?.children ?? []).map((city) => (
            <option key={city.code} value={city.code} data-name="">
              {city.name}
            </option>
          ))}
        </select>
      </label>
      <div className="call-field">
        <span>{t("call.depth")}</span>
        <fieldset className="switch" aria-label={t("call.depth")}>
          {(["present", "ready", "proven"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={depth === one} onClick={() => setDepth(one)}>
              {t(`call.depth.${one}`)}
            </button>
          ))}
        </fieldset>
      </div>
      {depth !== "present" && (
        <label className="call-tick">
          <input type="checkbox" checked={confirmed} onChange={(event) => setConfirmed(event.target.checked)} />
          {t("call.schedules.confirm")}
        </label>
      )}
      <div className="call-field">
        <span>{t("call.kind")}</span>
        <fieldset className="switch" aria-label={t("call.kind")}>
          {CALL_KINDS.map((one) => (
            <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
              {t(`call.kind.${one}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <label className="call-field">
        <span>{t("call.deadline")}</span>
        <input value={deadline} maxLength={5} onChange={(event) => setDeadline(event.target.value)} />
      </label>
      <label className="call-field">
        <span>{t("call.operator")}</span>
        <input
          value={operator}
          maxLength={64}
          data-testid="schedule-operator"
          onChange={(event) => setOperator(event.target.value)}
        />
      </label>
      {problem && (
        <p className="call-problem" role="alert">
          {t("call.schedules.bad")} <small data-name="">{problem.message}</small>
        </p>
      )}
      <div className="inbound-hand">
        <button type="submit" className="plain is-first" disabled={!ready} data-testid="schedule-save">
          {t("call.schedules.save")}
        </button>
        <button type="button" className="plain" onClick={done}>
          {t("call.cancel")}
        </button>
      </div>
    </form>
  );
}
