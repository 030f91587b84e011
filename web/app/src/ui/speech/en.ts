/** One language, loaded by itself: the interface's words, and the page of help. */
export { default as help } from "../help/en.json";
export { default as messages } from "../messages/en.json";
