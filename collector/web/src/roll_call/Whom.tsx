// Whom to call: what is chosen here, a group that was saved, or the venues of one of HQ's meetings.

import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post, query, send } from "../api/fetch";
import type { Group } from "../api/names";
import { client, meetingsQuery } from "../api/queries";
import { Twice } from "../panels/Twice";
import { AntdFrame } from "../shell/AntdFrame";
import { recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { type Form, isPlace, listsOf, OPERATOR, type Source } from "./form";
import { GroupDialog } from "./GroupDialog";
import { groupsQuery } from "./kept_queries";
import { Levels } from "./Levels";
import { Scope } from "./Scope";

const DEADLINE_MS = 15_000;
const SOURCES: readonly Source[] = ["lists", "group", "meeting"];

interface WhomProps {
  form: Form;
  change: (some: Partial<Form>) => void;
}

export function Whom({ form, change }: WhomProps) {
  const { t } = useWords();
  return (
    <>
      <fieldset className="switch call-source" aria-label={t("call.scope.include")}>
        {SOURCES.map((source) => (
          <button
            key={source}
            type="button"
            aria-pressed={form.source === source}
            data-testid={`source-${source}`}
            onClick={() => change({ source, kind: source === "meeting" ? "before-meeting" : form.kind })}
          >
            {t(`call.source.${source}`)}
          </button>
        ))}
      </fieldset>
      {form.source === "group" ? (
        <Groups chosen={form.group} choose={(group) => change({ group })} />
      ) : form.source === "meeting" ? (
        <Meetings chosen={form.meeting} choose={(meeting) => change({ meeting })} />
      ) : (
        <>
          <Scope of="include" chosen={form.include} set={(include) => change({ include })} />
          <Levels chosen={form.levels} set={(levels) => change({ levels })} enabled={form.include.some(isPlace)} />
          <Scope of="except" chosen={form.except} set={(except) => change({ except })} />
          <SaveGroup form={form} saved={(group) => change({ source: "group", group })} />
        </>
      )}
    </>
  );
}

function Groups({ chosen, choose }: { chosen: number | null; choose: (group: number | null) => void }) {
  const { t, n, refusal } = useWords();
  const { data, error } = useQuery(groupsQuery);
  const [problem, setProblem] = useState<Error | null>(null);
  const [edited, setEdited] = useState<Group | null>(null);
  /** Plans follow it: whoever removes it is told which. */
  const [followed, setFollowed] = useState<Group | null>(null);
  const remove = async (group: Group, confirmed: boolean) => {
    setProblem(null);
    setFollowed(null);
    try {
      await send(
        "DELETE",
        `/groups/${group.id}${query({ confirmed: confirmed ? "true" : null })}`,
        undefined,
        DEADLINE_MS,
      );
      if (chosen === group.id) choose(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["groups"] });
  };
  if (error && !data) return <p className="call-problem">{t("call.group.unknown")}</p>;
  if (data?.items.length === 0) return <p className="soft">{t("call.group.none")}</p>;
  return (
    <>
      <ul className="call-groups" data-testid="call-groups">
        {(data?.items ?? []).map((group) => (
          <li key={group.id}>
            <label>
              <input
                type="radio"
                name="group"
                checked={chosen === group.id}
                data-testid={`group-${group.id}`}
                onChange={() => choose(group.id)}
              />
              <b data-name="">{group.name}</b>
              <small className="soft num">
                {t("call.group.holds", {
                  places: n(group.places.length),
                  units: n(group.units.length),
                  venues: n(group.venues.length),
                  except: n(group.except.length),
                })}
              </small>
              {group.note && (
                <small className="soft" data-name="">
                  {group.note}
                </small>
              )}
            </label>
            <button
              type="button"
              className="plain"
              data-testid={`group-edit-${group.id}`}
              onClick={() => setEdited(group)}
            >
              {t("call.group.edit")}
            </button>
            <Twice
              word={t("call.group.remove")}
              what={() => ((group.plans ?? []).length > 0 ? setFollowed(group) : void remove(group, false))}
            />
          </li>
        ))}
      </ul>
      {followed && (
        <AntdFrame>
          <Modal
            open
            centered
            title={t("call.group.followed.title")}
            okText={t("call.group.followed.go")}
            cancelText={t("call.cancel")}
            okButtonProps={{ danger: true, "data-testid": "group-remove-go" }}
            cancelButtonProps={{ autoInsertSpace: false }}
            onOk={() => void remove(followed, true)}
            onCancel={() => setFollowed(null)}
          >
            <div data-testid="group-followed">
              <p data-name="">{t("call.group.followed", { name: followed.name })}</p>
              <ul>
                {(followed.plans ?? []).map((plan) => (
                  <li key={plan.id} data-name="">
                    {plan.name}
                  </li>
                ))}
              </ul>
            </div>
          </Modal>
        </AntdFrame>
      )}
      {edited && <GroupDialog key={edited.id} group={edited} close={() => setEdited(null)} />}
      {problem && (
        <p className="call-problem" role="alert">
          {refusal(problem) ?? t("call.group.kept")}
        </p>
      )}
    </>
  );
}

function SaveGroup({ form, saved }: { form: Form; saved: (group: number) => void }) {
  const { t, refusal } = useWords();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const lists = listsOf(form);
  const save = async () => {
    setProblem(null);
    try {
      const by = recall(OPERATOR) ?? "";
      const group = await post<Group>("/groups", { name: name.trim(), by, ...lists }, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["groups"] });
      setName("");
      saved(group.id);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <div className="call-save">
      <input
        value={name}
        maxLength={64}
        aria-label={t("call.group.name")}
        placeholder={t("call.group.name")}
        data-testid="group-name"
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          // Enter in here saves the group and begins no call.
          event.preventDefault();
          if (name.trim() !== "" && lists !== null) run(save);
        }}
      />
      <button
        type="button"
        className="plain"
        disabled={name.trim() === "" || lists === null || busy}
        data-testid="group-save"
        onClick={() => run(save)}
      >
        {t("call.group.save")}
      </button>
      {problem && (
        <p className="call-problem" role="alert">
          {refusal(problem) ?? t("call.group.unsaved")}
        </p>
      )}
    </div>
  );
}

function Meetings({ chosen, choose }: { chosen: number | null; choose: (meeting: number) => void }) {
  const { t, n } = useWords();
  const { data } = useQuery(meetingsQuery);
  const meetings = (data?.items ?? []).filter((one) => one.to_ms > (data?.now_ms ?? 0));
  if (data && meetings.length === 0) return <p className="soft">{t("call.meeting.none")}</p>;
  return (
    <ul className="call-groups" data-testid="call-meetings">
      {meetings.map((one) => (
        <li key={one.id}>
          <label>
            <input
              type="radio"
              name="meeting"
              checked={chosen === one.id}
              data-testid={`meeting-${one.id}`}
              onChange={() => choose(one.id)}
            />
            <b data-name="">{one.title}</b>
            <small className="soft num">{timestamp(one.from_ms).slice(5, 16)}</small>
            <small className="soft" data-name="">
              {one.place_name ?? t("call.meeting.venues", { n: n(one.venues.length) })}
            </small>
          </label>
        </li>
      ))}
    </ul>
  );
}
