// The page says which place (and venue) the tab's stream follows.
import { useEffect } from "react";
import { follow } from "./stream";

export function useFollow(scope: string, venue = ""): void {
  useEffect(() => follow(scope, venue), [scope, venue]);
}
