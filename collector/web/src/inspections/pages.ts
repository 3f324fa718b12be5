// The chunk of what is planned, what came of it, and what has to be put right.

export { AssurancePage } from "../assurance/AssurancePage";
export { RectificationPage } from "../rectification/RectificationPage";
export { WarningsPage } from "../warnings/WarningsPage";
export { CalendarPage } from "./CalendarPage";
export { PlansPage } from "./PlansPage";
export { RunPage } from "./RunPage";
export { Section } from "./Section";
