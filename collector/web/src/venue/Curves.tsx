// What the room's sound test heard: its spectrum against the room's own, and the marker's waveform.
import { useQuery } from "@tanstack/react-query";
import type { VenueAnswer } from "../api/names";
import { curvesQuery } from "../api/queries";
import { Panel } from "../panels/Panel";
import { Age } from "../time/Age";
import { isKey, useWords } from "../words/words";
import { type Curve, curvesOf, frame, hertz, type Measured, path, readCurves } from "./curves";
import "../style/across.css";

const WIDTH = 560;
const HEIGHT = 120;

export function Curves({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const measured = curvesOf(answer.outcomes);
  if (measured.length === 0) return null;
  return (
    <Panel title={t("curves.title")} now_ms={answer.now_ms} live className="curves" testid="curves">
      {measured.map((one) => (
        <OfProbe key={one.evidence.hash} measured={one} />
      ))}
    </Panel>
  );
}

function OfProbe({ measured: { name, at_ms, evidence } }: { measured: Measured }) {
  const { t } = useWords();
  const { data, error } = useQuery(curvesQuery(evidence.hash));
  if (error) return <p className="soft quiet">{t("curves.broken")}</p>;
  return (
    <div className="curves-of">
      <p className="across-head">
        <b data-name="">{name}</b>
        <span className="grow" />
        <Age at={at_ms} />
      </p>
      <Plots data={data} />
    </div>
  );
}

/** What a file of curves draws: its spectra, then its waveforms. */
export function Plots({ data }: { data: unknown }) {
  const curves = readCurves(data);
  const waves = curves.filter((curve) => curve.x_unit === "ms");
  const spectra = curves.filter((curve) => curve.x_unit === "Hz");
  return (
    <>
      {spectra.length > 0 && <Plot curves={spectra} />}
      {waves.length > 0 && <Plot curves={waves} />}
    </>
  );
}

function Plot({ curves }: { curves: Curve[] }) {
  const { t } = useWords();
  const drawn = frame(curves, WIDTH, HEIGHT);
  const [first] = curves;
  const label = (name: string) => {
    const key = `curves.${name}`;
    return isKey(key) ? t(key) : name;
  };
  const ticks = (first?.x_unit === "Hz" ? first.x : [first?.x[0] ?? 0, first?.x.at(-1) ?? 0]).map((value) => ({
    value,
    text: first?.x_unit === "Hz" ? hertz(value) : `${Math.round(value)}`,
  }));
  return (
    <figure className="plot" data-testid={`plot-${first?.name}`}>
      <figcaption>
        {curves.map((curve, at) => (
          <span key={curve.name} className={`plot-key is-${at}`}>
            <svg viewBox="0 0 24 8" aria-hidden="true">
              <path d="M0 4H24" />
            </svg>
            {label(curve.name)}
          </span>
        ))}
        <span className="grow" />
        <small className="soft num">
          {drawn.low} … {drawn.high} {first?.y_unit}
        </small>
      </figcaption>
      <svg
        viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 22}`}
        role="img"
        aria-label={curves.map((c) => label(c.name)).join(" · ")}
      >
        <path className="plot-frame" d={`M0 0V${HEIGHT}H${WIDTH}`} />
        {curves.map((curve, at) => (
          <path key={curve.name} className={`plot-line is-${at}`} d={path(curve, drawn)} />
        ))}
        {ticks.map(({ value, text }, at) => (
          <text key={value} x={drawn.x(value)} y={HEIGHT + 13} textAnchor={anchor(at, ticks.length)}>
            {text}
          </text>
        ))}
        <text className="plot-unit" x={WIDTH} y={HEIGHT - 4}>
          {first?.x_unit}
        </text>
      </svg>
    </figure>
  );
}

/** The first and the last are not cut off. */
function anchor(at: number, count: number): "start" | "middle" | "end" {
  return at === 0 ? "start" : at === count - 1 ? "end" : "middle";
}
