// The list page's chunk.
export { VenuesPage } from "../venues/VenuesPage";
