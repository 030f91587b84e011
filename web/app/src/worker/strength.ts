/**
 * Whether a new passphrase is hard enough to guess.
 *
 * The floor is that of the command: ten thousand million guesses. The command judges by zxcvbn, whose lists weigh more than
 * this whole app; here every run of letters is taken for a common word, which is stricter: what passes here passes there.
 */

const FLOOR = 1e10; // guesses
const MAX = 1024; // bytes
const WORD = 2000; // guesses for a run of letters of up to so many:
const WORD_LETTERS = 8;
const SIGN = 3; // guesses for a space, a sign or a capital: people put them where one expects them
const WALK = 30; // guesses for a way along the keys, however long
const KEYS =
  "qwertyuiop qwertzuiop asdfghjkl zxcvbnm yxcvbnm qazwsxedcrfvtgbyhnujm qayxswedc 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik";
const OURS = new Set(["duolog", "journal", "tagebuch"]);

/** About how many guesses somebody needs who knows words, rows of keys and habits. */
export function guesses(passphrase: string): number {
  const text = passphrase.normalize("NFC").toLowerCase();
  const seen = new Set<string>();
  let product = 1;
  for (const part of partsOf(text)) {
    product *= seen.has(part) || OURS.has(part) ? 1 : guessesOf(part);
    seen.add(part);
  }
  return Math.min(product, Number.MAX_SAFE_INTEGER);
}

/** Runs of letters, of digits, and of others; a way along the keys is one part. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const [run = rest] = /^(?:\p{L}+|\p{N}+|[^\p{L}\p{N}]+)/u.exec(rest) ?? [];
    const part = rest.slice(0, walkedFrom(rest)) || run;
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

/** How many characters at the beginning lie along the keys; 0 for fewer than three. */
function walkedFrom(text: string): number {
  let length = 2;
  while (length < text.length && KEYS.includes(text.slice(0, length + 1))) length++;
  return length > 2 ? length : 0;
}

function guessesOf(part: string): number {
  if (walkedFrom(part) === part.length) return WALK;
  const signs = new Set(part).size;
  if (/^\p{L}/u.test(part)) {
    const parts = Math.max(1, novelLength(part) / WORD_LETTERS);
    return Math.min(26 ** signs, WORD ** parts);
  }
  if (/^\p{N}/u.test(part)) return signs === 1 ? 10 : Math.min(10 ** novelLength(part), 10 ** 5); // a date, a telephone
  return SIGN ** Math.min(novelLength(part), signs + 1);
}

/** Characters that neither repeat what stood there already nor go on by the alphabet or along the digits. */
function novelLength(part: string): number {
  let length = 0;
  for (let at = 0; at < part.length; ) {
    let known = 0;
    while (known < part.length - at && part.slice(0, at).includes(part.slice(at, at + known + 1))) known++;
    const step = part.charCodeAt(at) - part.charCodeAt(at - 1);
    const isRow = at > 0 && Math.abs(step) === 1;
    length += known > 1 || isRow ? 0.2 : 1;
    at += Math.max(known, 1);
  }
  return length;
}

/** Whether it may be a new passphrase: text that its owner can see and type again, and hard to guess. */
export function isStrong(passphrase: string): boolean {
  const isSeen = passphrase === passphrase.trim() && !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u.test(passphrase);
  return isSeen && new TextEncoder().encode(passphrase).length <= MAX && guesses(passphrase) >= FLOOR;
}
