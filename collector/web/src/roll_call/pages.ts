// The chunk of the roll call.
export { CallPage } from "./CallPage";
export { RollCallPage } from "./RollCallPage";
