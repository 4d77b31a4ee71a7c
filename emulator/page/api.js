// Calls of the control interface.

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/emulator/${path}`, { method, body, headers: body === undefined ? {} : { "Content-Type": "application/json" } });
  } catch {
    throw new Error("The emulator did not answer.");
  }
  const text = await response.text();
  if (!response.ok) {
    throw new Error(readMessage(text) ?? `The emulator answered with status ${response.status}.`);
  }
  return text === "" ? null : JSON.parse(text);
}

function readMessage(text) {
  try {
    return JSON.parse(text).debugMessage;
  } catch {
    return undefined;
  }
}

export const get = (path) => call("GET", path);
export const put = (path, value) => call("PUT", path, typeof value === "string" ? value : JSON.stringify(value));
export const remove = (path) => call("DELETE", path);

/** The path of a setting for a title, or for all titles where it is "". */
export const ofTitle = (title, name) => (title === "" ? name : `titles/${title}/${name}`);
