// The chunk of the pages that are lists.
export { SystemsPage } from "../systems/SystemsPage";
export { VenuesPage } from "../venues/VenuesPage";
