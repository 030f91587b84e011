/** One language, loaded by itself: the interface's words, and the page of help. The rules' reasons are English. */
export { default as help } from "../help/en.json";
export { default as messages } from "../messages/en.json";

export const reasons = {};
