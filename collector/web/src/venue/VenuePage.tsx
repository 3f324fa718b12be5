// One venue on one screen: who and where, what is wrong, in which stage, since when, and how it got there.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useNavigate, useParams } from "react-router";
import type { VenueAnswer } from "../api/names";
import { PROVINCE, venueQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading } from "../panels/Notice";
import { AntdFrame } from "../shell/AntdFrame";
import { isModal, isTyping } from "../shell/keys";
import { standing } from "../state/classes";
import "../style/venues.css";
import "../style/venue.css";
import "../style/systems.css";
import { AgentPanel } from "./AgentPanel";
import { Backups } from "./Backups";
import { CameraPanel } from "./CameraPanel";
import { Chains } from "./Chains";
import { Curves } from "./Curves";
import { Devices } from "./Devices";
import { Events } from "./Events";
import { EvidencePanel } from "./EvidencePanel";
import { History } from "./History";
import { MouthToEar } from "./MouthToEar";
import { Outcomes } from "./Outcomes";
import { Who } from "./Who";

/** A venue's place is its code before the room number. */
function placeOf(id: string): string {
  return id.split("-")[0] || PROVINCE;
}

export function VenuePage() {
  const { id = "" } = useParams();
  useFollow(placeOf(id), id);
  useGoBack();
  const { data, error, refetch } = useQuery(venueQuery(id));
  if (error && !data) return <Failed error={error} retry={refetch} what="venue" code={id} />;
  if (!data) return <Loading />;
  return (
    <AntdFrame>
      <Venue answer={data} />
    </AntdFrame>
  );
}

function Venue({ answer }: { answer: VenueAnswer }) {
  return (
    <div
      className="venue"
      data-ready="venue"
      data-testid="venue"
      data-venue={answer.venue.id}
      data-class={standing(answer.venue)}
    >
      <Who answer={answer} />
      <div className="venue-main">
        <Chains answer={answer} />
        <Backups answer={answer} />
        <Outcomes answer={answer} />
        <MouthToEar key={`mouth-to-ear ${answer.venue.id}`} answer={answer} />
        <Curves answer={answer} />
        <Events key={`events ${answer.venue.id}`} answer={answer} />
        <History key={answer.venue.id} answer={answer} />
      </div>
      <div className="venue-side">
        <EvidencePanel answer={answer} />
        <CameraPanel key={answer.venue.id} answer={answer} />
        <AgentPanel answer={answer} />
        <Devices answer={answer} />
      </div>
    </div>
  );
}

/** Esc goes back to where the operator came from. */
function useGoBack(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || isTyping(event.target) || isModal()) return;
      const came = (window.history.state as { idx?: number } | null)?.idx ?? 0;
      if (came > 0) navigate(-1);
      else navigate("/venues");
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate]);
}
