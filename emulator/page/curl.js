// The curl command that repeats a request. Pure.

import { bodyText } from "./requests.js";

/** Left out: curl makes them itself, or they are valid for the first request only. */
const OMITTED = new Set(["host", "content-length", "connection", "transfer-encoding", "expect", "signature", "accept-encoding", "user-agent"]);

/** A word of a POSIX shell that stands for exactly this text. */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `origin` is where the emulator is. A token is not shown; the emulator takes any, unless services sign in. */
export function curlCommand(request, origin) {
  const words = ["curl", "-i"];
  if (request.method !== "GET") {
    words.push("-X", request.method);
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!OMITTED.has(name)) {
      const shown = name === "authorization" ? `XBL3.0 x=${request.caller ?? "-"};TOKEN` : value;
      words.push("-H", quote(`${name}: ${shown}`));
    }
  }
  const body = bodyText(request);
  if (body !== "") {
    words.push("--data-raw", quote(body));
  }
  words.push(quote(origin + request.path));
  return words.join(" ");
}
