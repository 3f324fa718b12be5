// Who is called in at each level: names and telephones that the office edits; a response that begins takes those of its level.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { AssuranceRule, AssuranceStaff, ResponseLevel, Staff } from "../api/names";
import { client, staffQuery } from "../api/queries";
import { Said } from "../inspections/Said";
import { Failed, Loading } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { Telephone } from "../venues/Telephone";
import { useWords } from "../words/words";
import { Roman } from "./Badge";

const DEADLINE_MS = 15_000;
const MOST = 64;
const NOBODY: Staff = { name: "", telephone: "", post: "" };

export function StaffPanel({ rules }: { rules: readonly AssuranceRule[] }) {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(staffQuery);
  const [edited, setEdited] = useState<AssuranceStaff["levels"] | null>(null);
  return (
    <Panel
      title={t("assure.onduty")}
      note={data?.changed_ms ? t("assure.onduty.changed", { day: timestamp(data.changed_ms).slice(0, 10) }) : undefined}
      className="assurance-staff"
      testid="assure-staff"
      extra={
        edited === null &&
        data && (
          <button type="button" className="plain" data-testid="staff-edit" onClick={() => setEdited(data.levels)}>
            {t("plan.edit")}
          </button>
        )
      }
    >
      {error && !data ? (
        <Failed error={error} retry={refetch} />
      ) : !data ? (
        <Loading />
      ) : edited ? (
        <Form levels={edited} set={setEdited} />
      ) : (
        <ul>
          {data.levels.map(({ level, staff }) => (
            <Level key={level} level={level} staff={staff} rules={rules} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface LevelProps {
  level: ResponseLevel;
  staff: readonly Staff[];
  rules: readonly AssuranceRule[];
}

function Level({ level, staff, rules }: LevelProps) {
  const { t, n } = useWords();
  const missing = (rules.find((one) => one.level === level)?.extra_staff ?? 0) - staff.length;
  return (
    <li data-testid={`staff-${level}`}>
      <Roman of={level} /> <People staff={staff} />
      {missing > 0 && <small className="is-degraded">{t("assure.onduty.missing", { n: n(missing) })}</small>}
    </li>
  );
}

/** Each with a telephone that is copied in one click. */
export function People({ staff }: { staff: readonly Staff[] }) {
  const { t } = useWords();
  if (staff.length === 0) return <span className="soft">{t("assure.onduty.none")}</span>;
  return (
    <span className="assurance-people">
      {staff.map((one) => (
        <span key={`${one.name} ${one.telephone}`}>
          <b data-name="">{one.name}</b>{" "}
          {one.post && (
            <small className="soft" data-name="">
              {one.post}
            </small>
          )}{" "}
          {one.telephone && <Telephone telephone={one.telephone} />}
        </span>
      ))}
    </span>
  );
}

function Form({
  levels,
  set,
}: {
  levels: AssuranceStaff["levels"];
  set: (levels: AssuranceStaff["levels"] | null) => void;
}) {
  const { t } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const change = (level: ResponseLevel, staff: Staff[]) =>
    set(levels.map((one) => (one.level === level ? { ...one, staff } : one)));
  const whole = levels.every(({ staff }) => staff.every((one) => one.name.trim() !== ""));
  const save = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await put("/assurance/staff", { levels, person: person.trim() }, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["assurance"] });
      set(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <form
      data-testid="staff-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (whole && person.trim() !== "") run(save);
      }}
    >
      {levels.map(({ level, staff }) => (
        <fieldset key={level}>
          <legend>
            <Roman of={level} />
          </legend>
          {staff.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name of its own while it is typed
            <p key={at}>
              {(["name", "telephone", "post"] as const).map((field) => (
                <input
                  key={field}
                  value={one[field]}
                  maxLength={64}
                  aria-label={`${t(`assure.level.${level}`)} ${at + 1} ${t(`assure.onduty.${field}`)}`}
                  placeholder={t(`assure.onduty.${field}`)}
                  data-testid={`staff-${level}-${at}-${field}`}
                  onChange={(event) =>
                    change(
                      level,
                      staff.map((other, n) => (n === at ? { ...other, [field]: event.target.value } : other)),
                    )
                  }
                />
              ))}
              <button
                type="button"
                className="plain"
                aria-label={`${t("call.scope.remove")} ${one.name}`}
                onClick={() =>
                  change(
                    level,
                    staff.filter((other) => other !== one),
                  )
                }
              >
                ×
              </button>
            </p>
          ))}
          <button
            type="button"
            className="plain"
            disabled={staff.length >= MOST}
            data-testid={`staff-add-${level}`}
            onClick={() => change(level, [...staff, { ...NOBODY }])}
          >
            + {t("assure.onduty.add")}
          </button>
        </fieldset>
      ))}
      <p>
        <input
          value={person}
          maxLength={64}
          aria-label={t("inspect.person")}
          placeholder={t("inspect.person")}
          data-testid="staff-person"
          onChange={(event) => setPerson(event.target.value)}
        />
        <button
          type="submit"
          className="plain is-first"
          data-testid="staff-save"
          disabled={!whole || person.trim() === "" || busy}
        >
          {t("plan.save")}
        </button>
        <button type="button" className="plain" onClick={() => set(null)}>
          {t("pad.cancel")}
        </button>
      </p>
      {problem && <Said problem={problem} />}
    </form>
  );
}
