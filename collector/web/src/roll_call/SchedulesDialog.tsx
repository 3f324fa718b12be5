// Roll calls by the clock: which there are, what became of their last times, and one to be made or edited.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { post, send } from "../api/fetch";
import type { Schedule } from "../api/names";
import { client } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { Twice } from "../panels/Twice";
import { ruleTold } from "../rules/rule";
import { AntdFrame } from "../shell/AntdFrame";
import { useNames } from "../state/use_names";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { schedulesQuery } from "./kept_queries";
import { ScheduleForm } from "./ScheduleForm";

const DEADLINE_MS = 15_000;

export function SchedulesDialog({ close }: { close: () => void }) {
  const { t, refusal } = useWords();
  const { data, error, refetch } = useQuery(schedulesQuery);
  /** The one whose form is open; null: a new one. */
  const [edited, setEdited] = useState<Schedule | null | undefined>(undefined);
  const [failed, setFailed] = useState<unknown>(null);
  const act = async (what: () => Promise<unknown>) => {
    setFailed(null);
    try {
      await what();
    } catch (error) {
      setFailed(error);
    }
    void client.invalidateQueries({ queryKey: ["roll-call-schedules"] });
  };
  return (
    <AntdFrame>
      <Modal open centered width={860} title={t("call.schedules")} footer={null} onCancel={close}>
        <div className="call-schedules" data-testid="call-schedules">
          {error && !data ? <Failed error={error} retry={refetch} /> : !data && <Loading />}
          {data?.items.length === 0 && edited === undefined && <p className="soft">{t("call.schedules.none")}</p>}
          <ul>
            {(data?.items ?? []).map((one) => (
              <Row key={one.id} schedule={one} act={act} edit={() => setEdited(one)} />
            ))}
          </ul>
          {failed !== null && (
            <p className="call-problem" role="alert">
              {refusal(failed) ?? t("call.schedules.kept")}
            </p>
          )}
          {edited !== undefined ? (
            <ScheduleForm key={edited?.id ?? 0} first={edited} done={() => setEdited(undefined)} />
          ) : (
            <button type="button" className="plain" data-testid="schedule-new" onClick={() => setEdited(null)}>
              {t("call.schedules.new")}
            </button>
          )}
        </div>
      </Modal>
    </AntdFrame>
  );
}

interface RowProps {
  schedule: Schedule;
  act: (what: () => Promise<unknown>) => Promise<void>;
  edit: () => void;
}

/** So many of whom it calls are named; of the others it says how many. */
const NAMED = 3;

function Row({ schedule, act, edit }: RowProps) {
  const words = useWords();
  const { t, n } = words;
  const all = [...schedule.places, ...schedule.venues, ...schedule.units];
  const shown = all.slice(0, NAMED);
  const units = shown.filter((code) => schedule.units.includes(code));
  const named = useNames(
    shown.filter((code) => !units.includes(code)),
    units,
  );
  const more = all.length - shown.length;
  const [last] = schedule.slots;
  const path = `/roll-call-schedules/${schedule.id}`;
  return (
    <li data-testid={`schedule-${schedule.id}`}>
      <b data-name="">{schedule.name}</b>
      <span>{ruleTold(schedule.rule, words)}</span>
      <span className="tag">{t(`call.depth.${schedule.depth}`)}</span>
      <span className="soft" data-name="">
        {schedule.group ? schedule.group.name : shown.map(named).join(t("backups.and"))}
      </span>
      {more > 0 && <span className="soft num">{t("call.schedules.more", { n: n(more) })}</span>}
      <span className="soft" data-name="">
        {schedule.operator}
      </span>
      <span className={schedule.paused ? "is-degraded" : "num"}>
        {schedule.paused
          ? t("call.schedules.paused")
          : schedule.next_ms !== null && t("call.schedules.next", { time: timestamp(schedule.next_ms).slice(5, 16) })}
      </span>
      <span className="grow" />
      <button type="button" className="plain" data-testid={`schedule-edit-${schedule.id}`} onClick={edit}>
        {t("call.group.edit")}
      </button>
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
          {last.reason && <span data-name="">{words.lang === "zh" ? last.reason_zh : last.reason}</span>}
        </small>
      )}
    </li>
  );
}
