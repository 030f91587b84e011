/**
 * How the page and the Worker talk: calls by name over a port, each answered once, and a word that something changed.
 *
 * The Worker's side is the last gate: an answer is plain data, and bytes, which every key is, never pass it. An error becomes a
 * refusal; the error's own text and its cause stay behind.
 */
import { type Calls, isRefusal, type Refusal, type Rpc } from "./rpc.ts";

type Method = keyof Calls;

interface Call {
  readonly id: number;
  readonly method: Method;
  readonly given: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refusal: Refusal }
  | { readonly changed: true };

/** A port as both sides see it: `MessagePort`, a `Worker`, or the Worker's own `self`. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", heard: (event: { readonly data: unknown }) => void): void;
}

/** A Worker whose first word says that it listens: what is posted before waits until then. */
export function onceReady(worker: Port): Port {
  let waiting: unknown[] | null = [];
  worker.addEventListener("message", () => {
    const posted = waiting ?? [];
    waiting = null;
    for (const message of posted) worker.postMessage(message);
  });
  return {
    addEventListener: (type, heard) => worker.addEventListener(type, heard),
    postMessage(message) {
      if (waiting === null) worker.postMessage(message);
      else waiting.push(message);
    },
  };
}

const DEPTH = 12; // of an answer: a journal's days, entries, answers and their authors need half of it

/** Throws TypeError for what isn't plain data: bytes, functions, classes, or nesting without end. */
export function requirePlain(value: unknown, depth = DEPTH): void {
  if (value === null || ["string", "boolean", "number", "undefined"].includes(typeof value)) return;
  const isPlain =
    Array.isArray(value) || (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype);
  if (!isPlain || depth === 0) throw new TypeError("An answer to the page isn't plain data.");
  for (const one of Object.values(value as object)) requirePlain(one, depth - 1);
}

/** The page's side. A call to a Worker that ended never returns; its screen says that it waits. */
export function overPort(port: Port): Rpc {
  let last = 0;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (refusal: Refusal) => void }>();
  const listeners = new Set<() => void>();
  port.addEventListener("message", ({ data }) => {
    const answer = data as Answer;
    if ("changed" in answer) {
      for (const listener of [...listeners]) listener();
      return;
    }
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("refusal" in answer) asked?.reject(answer.refusal);
    else asked?.resolve(answer.value as never);
  });
  const onChange = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return new Proxy({ onChange } as unknown as Rpc, {
    get(target, name) {
      if (name === "onChange") return target.onChange;
      return (...given: readonly unknown[]) =>
        new Promise((resolve, reject) => {
          const id = ++last;
          waiting.set(id, { resolve, reject });
          port.postMessage({ id, method: name as Method, given });
        });
    },
  });
}

/** The Worker's side: answers each call with what `calls` gives. Returns how to say that something changed. */
export function answerOver(port: Port, calls: Partial<Calls>): () => void {
  port.addEventListener("message", ({ data }) => {
    const { id, method, given } = data as Call;
    const answer = async (): Promise<unknown> => {
      if (!Object.hasOwn(calls, method)) throw new TypeError("The page asked for something that there is not.");
      const value = await (calls[method] as (...given: readonly unknown[]) => Promise<unknown>)(...given);
      requirePlain(value);
      return value;
    };
    answer().then(
      (value) => port.postMessage({ id, value }),
      (error: unknown) => {
        const refusal = isRefusal(error) ? plainRefusal(error) : { code: "unforeseen", retry: true };
        port.postMessage({ id, refusal });
      },
    );
  });
  return () => port.postMessage({ changed: true });
}

function plainRefusal({ code, retry, reason }: Refusal): Refusal {
  return reason === undefined ? { code, retry } : { code, retry, reason };
}
