// One key, on every page and whatever is open or typed there: the first room is called, and its three minutes begin.
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { ApiProblem } from "../api/fetch";
import { client, foundQuery, PROVINCE } from "../api/queries";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { beginCall, refused } from "./begin";
import { CALLER, CALLERS, POSTS, readPosts, seatOf } from "./posts";

export const CALL_KEY = "F9";

/** The first of the rooms with a key. */
async function firstPost(): Promise<string | null> {
  const [kept] = readPosts(recall(POSTS));
  if (kept) return kept;
  const { items } = await client.fetchQuery(foundQuery(`${PROVINCE}-`));
  return seatOf(items, PROVINCE)[0] ?? null;
}

export function useCallKey(): void {
  const navigate = useNavigate();
  const busy = useRef(false);
  useEffect(() => {
    const call = async () => {
      busy.current = true;
      try {
        const venue = await firstPost();
        const caller = recall(CALLER) ?? CALLERS[0].value;
        const order = {
          venue: venue ?? "",
          caller,
          kind: "duty",
          basis: "",
          operator: recall(OPERATOR) ?? "",
        } as const;
        const told = venue === null ? null : await beginCall(order);
        keep(CALLER, caller);
        navigate(told === null ? "/inbound" : `/inbound/${told.call.id}`);
      } catch (error) {
        refused.set(error instanceof Error ? error : new ApiProblem(0, "", null));
        navigate("/inbound");
      }
      busy.current = false;
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== CALL_KEY || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      event.preventDefault();
      if (!busy.current) void call();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate]);
}
