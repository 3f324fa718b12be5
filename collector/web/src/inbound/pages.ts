// The chunk of the calls to us.
export { InboundCall } from "./InboundCall";
export { InboundPage } from "./InboundPage";
