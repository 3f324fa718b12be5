import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { client, outlinesQuery, PROVINCE, placeQuery } from "./api/queries";
import "./style/frame.css";
import "./style/marks.css";
import "./style/shell.css";
import "./style/panel.css";
import "./style/overview.css";
import "./style/map.css";
import "./style/problems.css";
import "./style/phone.css";
import { startStream } from "./live/stream";
import { guardComposition } from "./shell/compose";
import { Shell } from "./shell/Shell";
import { applyAppearance } from "./theme/appearance";
import { startClock } from "./time/clock";

applyAppearance();
startClock();
guardComposition();

// The overview's answer is on its way before React has drawn its first element.
if (location.pathname === "/") {
  const place = new URLSearchParams(location.search).get("place") ?? PROVINCE;
  void client.prefetchQuery(placeQuery(place));
  void client.prefetchQuery(outlinesQuery(place.length === 2 ? "cities" : "counties"));
  void import("./overview/map_chart");
}
startStream();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <BrowserRouter>
          <Shell />
        </BrowserRouter>
      </QueryClientProvider>
    </StrictMode>,
  );
}
