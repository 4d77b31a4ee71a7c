// The stream of events, and coming back after it broke.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const PATH = "/emulator/events";

/** Reads JSON and keeps whole numbers that a double cannot hold as they were written. */
export function parse(text) {
  return JSON.parse(text, (_, value, context) => {
    const isInexact = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isInexact && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value;
  });
}

/**
 * Opens the stream and keeps it open. `listener` has `requests(array)`, `lost(count)`, `state(object)` and
 * `connection(state)`, where state is "open", "lost" or "restarted".
 */
export function openStream(listener) {
  let last = 0;
  let lastId = "";
  let run = null;
  let wait = FIRST_WAIT_MS;

  function accept(requests) {
    // A row that is here already is not taken twice.
    const fresh = requests.filter((request) => request.seq > last);
    if (fresh.length > 0) {
      last = fresh[fresh.length - 1].seq;
      listener.requests(fresh);
    }
  }

  function readState(state) {
    if (run !== null && state.run !== run) {
      // The numbers begin again.
      last = 0;
      listener.connection("restarted");
    }
    run = state.run;
    listener.state(state);
  }

  function open() {
    const source = new EventSource(lastId === "" ? PATH : `${PATH}?after=${encodeURIComponent(lastId)}`);
    const on = (name, read) => source.addEventListener(name, (event) => {
      read(parse(event.data || "{}"));
      lastId = event.lastEventId || lastId;
    });
    on("request", (request) => accept([request]));
    on("requests", accept);
    on("lost", ({ count }) => listener.lost(count));
    on("state", readState);
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      listener.connection("open");
    });
    source.addEventListener("error", () => {
      source.close();
      listener.connection("lost");
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }
  open();
}
