/** One language, loaded by itself: the interface's words, the rules' reasons, and the page of help. */
export { default as help } from "../help/de.json";
export { default as messages } from "../messages/de.json";
export { default as reasons } from "../reasons/de.json";
