// A schedule of roll calls: made new, or the one that is there edited.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, post, put } from "../api/fetch";
import type { CallKind, NewSchedule, RollCallDepth, Schedule } from "../api/names";
import { client, PROVINCE } from "../api/queries";
import { RuleFields } from "../rules/RuleFields";
import { formOf, NEW_RULE, type RuleForm, ruleOf } from "../rules/rule";
import { recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { minutes } from "./countdown";
import { CALL_KINDS, type Chosen, chosenIn, chosenOut, deadlineOf, isPlace, listsOf, OPERATOR } from "./form";
import { groupsQuery } from "./kept_queries";
import { Levels } from "./Levels";
import { Scope } from "./Scope";

const DEADLINE_MS = 15_000;

/** Whom: `lists` as they are chosen below, or `g7`, a saved group. */
type Whom = "lists" | `g${number}`;

const ALL: readonly Chosen[] = [{ code: PROVINCE, name: "", within: "" }];

export function ScheduleForm({ first, done }: { first: Schedule | null; done: () => void }) {
  const { t, refusal } = useWords();
  const { data: groups } = useQuery(groupsQuery);
  const [rule, setRule] = useState<RuleForm>(() => (first ? formOf(first.rule) : NEW_RULE));
  const [name, setName] = useState(first?.name ?? "");
  const [whom, setWhom] = useState<Whom>(first?.group ? `g${first.group.id}` : "lists");
  const [include, setInclude] = useState<readonly Chosen[]>(() => (first && !first.group ? chosenIn(first) : ALL));
  const [except, setExcept] = useState<readonly Chosen[]>(() => (first ? chosenOut(first) : []));
  const [levels, setLevels] = useState<readonly string[]>(first?.levels ?? []);
  const [depth, setDepth] = useState<RollCallDepth>(first?.depth ?? "present");
  const [confirmed, setConfirmed] = useState(first?.confirmed ?? false);
  const [kind, setKind] = useState<CallKind>(first?.kind ?? "duty");
  const [deadline, setDeadline] = useState(first ? minutes(first.deadline_s * 1_000) : "3:00");
  const [operator, setOperator] = useState(() => first?.operator ?? recall(OPERATOR) ?? "");
  const [basis, setBasis] = useState(first?.basis ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const wanted = ruleOf(rule);
  const deadline_s = deadlineOf(deadline);
  const of = whom === "lists" ? listsOf({ include, except, levels }) : { group: Number(whom.slice(1)) };
  const ready = wanted !== null && deadline_s !== null && of !== null && name.trim() !== "" && operator.trim() !== "";
  const save = async () => {
    if (!ready) return;
    setProblem(null);
    const order: NewSchedule = {
      name: name.trim(),
      rule: wanted,
      ...of,
      depth,
      deadline_s,
      confirmed: depth !== "present" && confirmed,
      kind,
      operator: operator.trim(),
      basis: basis.trim(),
      paused: first?.paused ?? false,
    };
    try {
      if (first) await put(`/roll-call-schedules/${first.id}`, order, DEADLINE_MS);
      else await post("/roll-call-schedules", order, DEADLINE_MS);
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
        run(save);
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
      <div className="call-field">
        <span>{t("call.schedules.when")}</span>
        <RuleFields rule={rule} put={(some) => setRule((was) => ({ ...was, ...some }))} />
      </div>
      <label className="call-field">
        <span>{t("call.schedules.whom")}</span>
        <select value={whom} data-testid="schedule-whom" onChange={(event) => setWhom(event.target.value as Whom)}>
          <option value="lists">{t("call.source.lists")}</option>
          {(groups?.items ?? []).map((one) => (
            <option key={one.id} value={`g${one.id}`} data-name="">
              {t("call.of.group", { name: one.name })}
            </option>
          ))}
        </select>
      </label>
      {whom === "lists" && (
        <>
          <Scope of="include" chosen={include} set={setInclude} />
          <Levels chosen={levels} set={setLevels} enabled={include.some(isPlace)} />
          <Scope of="except" chosen={except} set={setExcept} />
        </>
      )}
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
      <label className="call-field">
        <span>{t("call.basis")}</span>
        <input value={basis} maxLength={128} onChange={(event) => setBasis(event.target.value)} />
      </label>
      {problem && (
        <p className="call-problem" role="alert">
          {refusal(problem) ?? t("call.schedules.bad")}
        </p>
      )}
      <div className="inbound-hand">
        <button type="submit" className="plain is-first" disabled={!ready || busy} data-testid="schedule-save">
          {t("call.schedules.save")}
        </button>
        <button type="button" className="plain" onClick={done}>
          {t("call.cancel")}
        </button>
      </div>
    </form>
  );
}
