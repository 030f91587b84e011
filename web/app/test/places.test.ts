import { expect, test } from "vitest";
import { addressOf, parsePlace, takeInvitation } from "../src/ui/places.ts";

test("an address leads to its screen", () => {
  expect(parsePlace(addressOf("entry", "AbC_-9"))).toEqual({ name: "entry", id: "AbC_-9" });
  expect(parsePlace(addressOf("us"))).toEqual({ name: "us", id: "" });
});

test.each(["", "#", "#/", "#/nowhere", "#/entry/<script>", `#/entry/${"a".repeat(65)}`, "#//x"])(
  "%s leads to the journal",
  (fragment) => {
    expect(parsePlace(fragment)).toEqual({ name: "journal", id: "" });
  },
);

test("an invitation is taken out of the address at once", () => {
  const replaced: unknown[] = [];
  const history = { replaceState: (...given: unknown[]) => replaced.push(given) } as unknown as History;
  const place = { origin: "https://journal.example", pathname: "/join", hash: "#secret" } as Location;
  expect(takeInvitation(place, history)).toBe("https://journal.example/join#secret");
  expect(replaced).toEqual([[null, "", "/app/#/join"]]);
});

test.each([
  ["/app/", "#secret"],
  ["/join", ""],
  ["/join", "#"],
])("%s%s is no invitation", (pathname, hash) => {
  const history = { replaceState: () => expect.unreachable() } as unknown as History;
  expect(takeInvitation({ origin: "https://journal.example", pathname, hash } as Location, history)).toBeNull();
});
