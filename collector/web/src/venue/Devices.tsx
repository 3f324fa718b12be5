// The venue's devices: how each does, who it says it is, since when, and what changed.
import type { Device, DeviceChange, VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { State } from "../state/Mark";
import { Age, Dash } from "../time/Age";
import { isKey, useWords } from "../words/words";
import { isMarked, lastChange, plate, since } from "./plates";

export function Devices({ answer }: { answer: VenueAnswer }) {
  const { t, n } = useWords();
  return (
    <Panel
      title={t("devices.title")}
      note={<span className="num">{n(answer.devices.length)}</span>}
      now_ms={answer.now_ms}
      live
      className="devices"
      testid="devices"
    >
      {answer.devices.length === 0 ? (
        <p className="soft quiet">{t("devices.none")}</p>
      ) : (
        <ul>
          {answer.devices.map((device) => (
            <DeviceItem key={device.id} device={device} all={answer.devices} now_ms={answer.now_ms} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function DeviceItem({ device, all, now_ms }: { device: Device; all: Device[]; now_ms: number }) {
  const { t } = useWords();
  const kind = `device.${device.kind}`;
  const [make, model, ...others] = plate(device);
  const named = [make?.value, model?.value].filter(Boolean).join(" ");
  const main =
    device.backup_for != null ? (all.find((d) => d.id === device.backup_for)?.name ?? device.backup_for) : null;
  const [before, after] = t("devices.backup", { device: "\u0000" }).split("\u0000");
  const differing = plate(device).filter((line) => line.ledger !== null);
  const change = lastChange(device);
  return (
    <li data-testid={`device-${device.id}`} data-verdict={device.state?.verdict ?? ""}>
      <p>
        <b data-name="">{device.name}</b>
        {isKey(kind) ? (
          <span className="soft">{t(kind)}</span>
        ) : (
          <span className="soft" data-name="">
            {device.kind}
          </span>
        )}
        <span className="grow" />
        <DeviceState device={device} />
      </p>
      {main !== null && (
        <p className="soft">
          <span>
            {before}
            <span data-name="">{main}</span>
            {after}
          </span>
        </p>
      )}
      <p className="device-facts num">
        {named ? <span data-name="">{named}</span> : <Dash why={t("missing.unset")} />}
        {others.map(({ part, value }) => (
          <span key={part} className="soft">
            {t(`devices.${part}`)} {value != null ? <span data-name="">{value}</span> : "—"}
          </span>
        ))}
        <span className="soft">
          {t("devices.address")} {device.address != null ? <span data-name="">{device.address}</span> : "—"}
        </span>
      </p>
      {differing.length > 0 && (
        <p className="device-facts is-degraded" data-testid={`device-differs-${device.id}`}>
          {t("devices.differs")}
          {differing.map((line) => (
            <span key={line.part}>
              {t(`devices.${line.part}`)} <span data-name="">{line.ledger}</span>
            </span>
          ))}
        </p>
      )}
      {change !== null && <LastChange change={change} marked={isMarked(change, now_ms)} id={device.id} />}
      <p className="device-facts soft">
        {device.facts === null ? (
          <span>{t("devices.unread")}</span>
        ) : (
          <span>
            {t("devices.read")} <Age at={device.facts.seen_ms} />
          </span>
        )}
        {since(device) !== null && (
          <span>
            {t("devices.since")} <Age at={since(device)} />
          </span>
        )}
      </p>
      <Settings device={device} />
    </li>
  );
}

function DeviceState({ device }: { device: Device }) {
  const { t, finding } = useWords();
  if (device.state === null) return <Dash why={t("devices.untested")} />;
  const { verdict, stale } = device.state;
  const shown = stale ? "stale" : verdict;
  const said = verdict === "pass" || stale ? undefined : finding(device.state.finding, verdict).cause;
  return (
    <span title={said}>
      <State of={shown} word={stale ? t("class.stale") : t(`verdict.${verdict}`)} />
    </span>
  );
}

/** What changed last; the mark stays for a week. */
function LastChange({ change, marked, id }: { change: DeviceChange; marked: boolean; id: string }) {
  const { t } = useWords();
  const what = change.code === "device.replaced" ? t("devices.replaced") : t("devices.updated");
  return (
    <p className="device-facts" data-testid={`device-changed-${id}`} data-marked={marked}>
      {marked ? <State of="degraded" word={what} /> : <span className="soft">{what}</span>}
      {change.differences.map((difference) => (
        <span key={difference.part} className="num">
          {t(`devices.${difference.part}`)}{" "}
          <span data-name="">
            {difference.was ?? "—"} → {difference.is}
          </span>
        </span>
      ))}
      <span className="soft">
        <Age at={change.at_ms} />
      </span>
    </p>
  );
}

function Settings({ device }: { device: Device }) {
  const { t, n, setting } = useWords();
  const settings = device.facts?.settings ?? [];
  if (settings.length === 0) return null;
  return (
    <details className="device-settings">
      <summary className="soft">{t("devices.settings", { count: n(settings.length) })}</summary>
      <ul className="values">
        {settings.map(({ name, value }) => (
          <li key={name} title={name}>
            <span className="soft">{setting(name)}</span>
            <b className="num" data-name="">
              {value === "" ? t("devices.empty") : value}
            </b>
          </li>
        ))}
      </ul>
    </details>
  );
}
