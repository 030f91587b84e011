/** The base of all secrets: a secret shows nothing when it is printed, turned into JSON, or posted to another thread. */

/** Subclasses keep what is secret in private fields (`#name`), which no copy carries along. */
export abstract class Secret {
  toString(): string {
    return `${this.constructor.name}(<secret>)`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
