// The stills of a roll call on the big screen, in the place of the map, which comes back.
import { Still } from "../roll_call/Still";
import type { WallStill } from "./stills";

export function WallStills({ stills }: { stills: readonly WallStill[] }) {
  return (
    <section className="wall-map wall-stills" data-testid="wall-stills">
      {stills.map(({ hash, name, venue }) => (
        <figure key={venue}>
          <Still hash={hash} name={name} />
          <figcaption data-name="">{name}</figcaption>
        </figure>
      ))}
    </section>
  );
}
