// A time of the day and a moment as they are typed: 24 hours in every browser, whatever its own language makes of a time.
import { timesIn } from "../rules/rule";
import { useWords } from "../words/words";
import "../style/rules.css";

interface TimeProps {
  /** '08:30', or what has been typed of it. */
  value: string;
  set: (value: string) => void;
  label: string;
  testid?: string;
}

export function TimeField({ value, set, label, testid }: TimeProps) {
  const whole = timesIn(value);
  return (
    <input
      className="time-field num"
      value={value}
      maxLength={5}
      inputMode="numeric"
      autoComplete="off"
      placeholder="00:00"
      aria-label={label}
      aria-invalid={value !== "" && whole?.length !== 1}
      data-testid={testid}
      onChange={(event) => set(event.target.value.replace("：", ":"))}
      onBlur={() => whole?.length === 1 && set(whole[0] as string)}
    />
  );
}

/** A day is chosen first: its end is meant until a time is typed. */
const END = "23:59";

interface MomentProps {
  /** '2026-11-27T08:30' of China; empty: none. */
  value: string;
  set: (value: string) => void;
  label: string;
  testid?: string;
}

export function MomentField({ value, set, label, testid }: MomentProps) {
  const { t } = useWords();
  const [day = "", time = ""] = value.split("T");
  return (
    <span className="moment">
      <input
        type="date"
        value={day}
        aria-label={label}
        data-testid={testid}
        onChange={({ target }) => set(target.value === "" ? "" : `${target.value}T${time || END}`)}
      />
      <TimeField
        value={time}
        label={`${label} ${t("time.of.day")}`}
        testid={testid && `${testid}-time`}
        set={(next) => set(day === "" ? "" : `${day}T${next}`)}
      />
    </span>
  );
}
