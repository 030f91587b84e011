/**
 * libsodium's WebAssembly as a file of its own: inside a script it stands as base64, which costs a phone 35 KB more.
 *
 * The script that asks for it names its hash, so it takes no other file. Another release of libsodium may look otherwise:
 * then the build ends here.
 */
import { createHash } from "node:crypto";

const MODULE = /\/libsodium-sumo\.mjs$/;
const DECODED = /\(A=>\{for\((?:(?!\}\)\().)*\}\)\("(AGFzb[A-Za-z0-9+/=]+)"\)/s;

export function sodium() {
  return {
    name: "duolog-sodium",
    enforce: "pre",
    transform(code, id) {
      if (!MODULE.test(id)) return null;
      const [found, text] = DECODED.exec(code) ?? [];
      if (found === undefined) throw new Error("libsodium is packed in another way than this build knows.");
      const source = Buffer.from(text, "base64");
      const file = this.emitFile({ type: "asset", name: "libsodium.wasm", source });
      const integrity = `sha384-${createHash("sha384").update(source).digest("base64")}`;
      const fetched = `await fetch(import.meta.ROLLUP_FILE_URL_${file},{integrity:"${integrity}",credentials:"omit"})`;
      return {
        code: code.replace(found, () => `new Uint8Array(await(${fetched}).arrayBuffer())`),
        map: { mappings: "" },
      };
    },
  };
}
