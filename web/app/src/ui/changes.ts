/** What changed between two texts, word by word, to be shown with marks and not by colour alone. */

export interface Change {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

const MOST_WORDS = 800; // beyond that both texts stand whole: the table would take a second on a phone

/** The shortest way from `before` to `after`: parts that stay, go, and come, in reading order. */
export function changes(before: string, after: string): readonly Change[] {
  const old = before.split(/(?<=\s)/);
  const now = after.split(/(?<=\s)/);
  if (old.length > MOST_WORDS || now.length > MOST_WORDS) {
    return [
      { kind: "removed", text: before },
      { kind: "added", text: after },
    ];
  }
  const width = now.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] =
        old[i] === now[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const found: { kind: Change["kind"]; text: string }[] = [];
  const add = (kind: Change["kind"], text: string) => {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else found.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const [left, right] = [old[i], now[j]];
    if (left !== undefined && left === right) {
      add("same", left);
      i++;
      j++;
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      add("removed", left);
      i++;
    } else if (right !== undefined) {
      add("added", right);
      j++;
    }
  }
  return found;
}
