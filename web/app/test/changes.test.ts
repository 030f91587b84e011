import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changes } from "../src/ui/changes.ts";

const texts = fc
  .array(fc.constantFrom("no ", "late ", "chats ", "after ", "ten.\n", "words", " "), { maxLength: 30 })
  .map((parts) => parts.join(""));

test("what stays and what goes is the old text, what stays and what comes the new one", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const found = changes(before, after);
      const read = (left: "removed" | "added") =>
        found
          .filter((one) => one.kind !== left)
          .map((one) => one.text)
          .join("");
      expect(read("added")).toBe(before);
      expect(read("removed")).toBe(after);
    }),
  );
});

test("a text that didn't change has one part, which stays", () => {
  expect(changes("No late chats.", "No late chats.")).toEqual([{ kind: "same", text: "No late chats." }]);
});

test("only the words that changed are marked", () => {
  expect(changes("No late chats.", "No early chats.")).toEqual([
    { kind: "same", text: "No " },
    { kind: "removed", text: "late " },
    { kind: "added", text: "early " },
    { kind: "same", text: "chats." },
  ]);
});

test("texts of thousands of words stand whole, so that no phone computes for seconds", () => {
  const [before, after] = ["old ".repeat(4000), "new ".repeat(4000)];
  expect(changes(before, after)).toEqual([
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ]);
});
