import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/client/adapters/system.ts";
import { lock, lockKind, lockWithPasskey, passkeyOf, unlock, unlockWithPasskey } from "../../src/client/core/lock.ts";
import { KeystoreLocked, MalformedData, NotAllowed } from "../../src/errors.ts";
import { fromUtf8, utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64 } from "../../src/protocol/codec.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";

const keyholder = KeyholderSecret.fresh("device", systemRandom);
const unlocked = { keyholder, homeSeed: systemRandom.bytes(32, "home") };
const PASSPHRASE = "four words of mine";
const row = lock(unlocked, PASSPHRASE, systemRandom);

function changed(from: string | RegExp, to: string): Uint8Array {
  const text = fromUtf8(row).replace(from, to);
  expect(text).not.toBe(fromUtf8(row));
  return utf8(text);
}

describe("a lock with a passphrase", () => {
  test("opens with it, and shows no seed without it", () => {
    expect(lockKind(row)).toBe("passphrase");
    const found = unlock(row, PASSPHRASE);
    expect(found.homeSeed).toEqual(unlocked.homeSeed);
    expect([found.keyholder.seed, found.keyholder.kind]).toEqual([keyholder.seed, "device"]);
    expect(fromUtf8(row)).not.toContain(encodeB64(keyholder.seed).slice(0, 40));
  });

  test("opens on another keyboard, which spells it otherwise", () => {
    const spelled = lock(unlocked, "Grüße an\u00a0alle hier", systemRandom);
    expect(unlock(spelled, "Gru\u0308ße an alle hier").homeSeed).toEqual(unlocked.homeSeed);
  });

  test.each([null, "", "four words of min", `${PASSPHRASE} `])("doesn't open with %j", (other) => {
    expect(() => unlock(row, other)).toThrow(KeystoreLocked);
  });

  test("one that asks for a weaker key was changed by somebody", () => {
    for (const weaker of [changed('"passes":3', '"passes":2'), changed('"memory":65536', '"memory":65535')]) {
      expect(() => unlock(weaker, PASSPHRASE)).toThrow(MalformedData);
    }
  });

  test("one that asks for all of the machine is refused before it costs anything", () => {
    for (const greedy of [changed('"passes":3', '"passes":65'), changed('"memory":65536', '"memory":1048577')]) {
      expect(() => unlock(greedy, PASSPHRASE)).toThrow(MalformedData);
    }
  });

  test("a passphrase without end is refused", () => {
    expect(() => lock(unlocked, "a".repeat(1025), systemRandom)).toThrow(NotAllowed);
  });
});

test("a lock that is none opens for everybody, whatever they type", () => {
  const open = lock(unlocked, null, systemRandom);
  expect(lockKind(open)).toBe("none");
  expect(unlock(open, "anything").homeSeed).toEqual(unlocked.homeSeed);
});

test("a lock with a passkey names it, opens with what it gives, and with nothing else", () => {
  const [credential, output] = [systemRandom.bytes(40, "home"), systemRandom.bytes(32, "home")];
  const locked = lockWithPasskey(unlocked, credential, output, systemRandom);
  expect([lockKind(locked), passkeyOf(locked)]).toEqual(["passkey", credential]);
  expect(unlockWithPasskey(locked, output).keyholder.seed).toEqual(keyholder.seed);
  expect(() => unlockWithPasskey(locked, systemRandom.bytes(32, "home"))).toThrow(KeystoreLocked);
  expect(() => unlock(locked, null)).toThrow(KeystoreLocked);
  expect(() => unlockWithPasskey(row, output)).toThrow(KeystoreLocked);
  expect(passkeyOf(row)).toBeNull();
});

test("any bytes are a lock, or are refused as damaged", () => {
  const open = lock(unlocked, null, systemRandom);
  const spoiled = fc.tuple(fc.nat(open.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
    const copy = open.slice();
    copy[at] = (copy[at] ?? 0) ^ by;
    return copy;
  });
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.uint8Array({ maxLength: 300 })), (data) => {
      try {
        unlock(data, PASSPHRASE);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedData);
      }
    }),
    { numRuns: 300 },
  );
});
