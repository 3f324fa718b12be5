// The venue's devices as the ledger has them.
import type { Device, VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { Dash } from "../time/Age";
import { isKey, useWords } from "../words/words";

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
            <DeviceItem key={device.id} device={device} all={answer.devices} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function DeviceItem({ device, all }: { device: Device; all: Device[] }) {
  const { t } = useWords();
  const kind = `device.${device.kind}`;
  const model = [device.make, device.model].filter(Boolean).join(" ");
  const main =
    device.backup_for != null ? (all.find((d) => d.id === device.backup_for)?.name ?? device.backup_for) : null;
  const [before, after] = t("devices.backup", { device: "\u0000" }).split("\u0000");
  const facts: [string, string | null | undefined][] = [
    [t("devices.address"), device.address],
    [t("devices.firmware"), device.firmware],
    [t("devices.serial"), device.serial],
  ];
  return (
    <li>
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
        {model ? <span data-name="">{model}</span> : <Dash why={t("missing.unset")} />}
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
      <p className="device-facts soft num">
        {facts.map(([word, value]) => (
          <span key={word}>
            {word} {value != null ? <span data-name="">{value}</span> : "—"}
          </span>
        ))}
      </p>
    </li>
  );
}
