// What a game gets when its user accepts an invite. Pure functions.

/** Characters of a connection string that a game loses if it takes the URI apart without decoding. */
const HAZARDS = [
  ["&", "a game that looks for the next & cuts the connection string here"],
  ["#", "what follows is the fragment of a URI, which many parsers drop"],
  ["%", "a game that decodes twice, or not at all, reads something else"],
  ["+", "a game that decodes as a form reads a blank"],
  [" ", "in a URI it is %20, which a game that does not decode keeps"],
];

/** What a query may hold beside letters and digits, apart from the hazards; `encodeURIComponent` encodes some of it. */
const ALLOWED = /%(?:3A|2F|3F|40|24|2C|3B|3D)/g;

const OTHERS = "it is percent-encoded, which a game that does not decode keeps";

/** Half a surrogate pair cannot be encoded; JSON can hold one. */
const wellFormed = (text) => Array.from(text, (character) => (/^[\ud800-\udfff]$/.test(character) ? "\ufffd" : character)).join("");

const encode = (text) => encodeURIComponent(wellFormed(String(text ?? ""))).replace(ALLOWED, decodeURIComponent);

/** The URI that the game is started with. A console uses the scheme of the title, a PC that of all multiplayer games. */
export function inviteUri({ titleId, invitedUser, sender, connectionString, pc = false }) {
  const scheme = pc ? "ms-xbl-multiplayer" : `ms-xbl-${titleId}`;
  return `${scheme}://inviteAccept?invitedUser=${encode(invitedUser)}&sender=${encode(sender)}&connectionString=${encode(connectionString)}`;
}

/** What to warn of: `{ character, reason }` for each hazardous character that is there, in a fixed order. */
export function hazards(connectionString) {
  const known = HAZARDS.filter(([character]) => connectionString.includes(character));
  const isKnown = (character) => HAZARDS.some(([hazard]) => hazard === character);
  const others = new Set(Array.from(wellFormed(connectionString)).filter((character) => !isKnown(character) && encode(character) !== character));
  return [...known, ...Array.from(others, (character) => [character, OTHERS])]
    .map(([character, reason]) => ({ character: character === " " ? "blank" : character, reason }));
}

/** What a game reads that cuts at the next `&` and does not decode. */
export function readWithoutDecoding(uri) {
  return /[?&]connectionString=([^&]*)/.exec(uri)?.[1] ?? "";
}

/** What a game reads that decodes: the connection string as it was sent. */
export function readWithDecoding(uri) {
  return decodeURIComponent(readWithoutDecoding(uri));
}

/** What such a game is left with where the platform passes the string on as it is. */
export function readUnencoded(connectionString) {
  return connectionString.split(/[&#]/)[0];
}
