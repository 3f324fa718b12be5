// Which response a venue follows, and what that means for it.
import { Link } from "react-router";
import type { VenueAnswer } from "../api/names";
import { everyTold } from "../assurance/assurance";
import { Roman } from "../assurance/Badge";
import { useWords } from "../words/words";

export function Response({ response }: { response: VenueAnswer["response"] }) {
  const words = useWords();
  const { t } = words;
  if (response == null) return null;
  return (
    <p className="who-response" data-testid="venue-response">
      <Roman of={response.level} />{" "}
      <Link to="/assurance" data-name="">
        {response.title}
      </Link>{" "}
      <span className="soft">{t("assure.check", { every: everyTold(response.check_every_s, words) })}</span>{" "}
      {response.frozen && <span className="assurance-freeze">{t("assure.freeze.short")}</span>}
    </p>
  );
}
