/** An answer of a check-in while somebody writes it: kept as a text of the page, as every field is. */
import type { CheckInAnswer } from "../rpc.ts";

export function noAnswer(): CheckInAnswer {
  return { texts: {}, numbers: {}, feelings: [] };
}

/** What was kept of an answer; null for nothing. */
export function answerIn(kept: string): CheckInAnswer | null {
  return kept === "" ? null : { ...noAnswer(), ...(JSON.parse(kept) as CheckInAnswer) };
}

export function isAnswered({ texts, numbers }: CheckInAnswer): boolean {
  return Object.keys(numbers).length > 0 || Object.values(texts).some((text) => text.trim() !== "");
}
