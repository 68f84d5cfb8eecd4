// Texts as the command line compares them: qexport/bank/query.py has the same rules. A test compares both for every
// character that Python's Unicode tables know, in each browser.

// Accents and vowel points: the characters whose canonical combining class is 10 or more, which JavaScript cannot
// ask for. Hexadecimal: how far from the end of the range before, and how many more there are in a row.
const ACCENTS =
  "300-33 6-15 2-1f 114-4 10a-2c 2 2-1 2-1 2 49-a 31-14 11 66-6 3-5 3-1 2-3 24 1f-1a a1-8 a 19-3 " +
  "2-8 2-2 2-4 2c-2 3d-7 2b-17 2-1c 52-3 aa 257-1 1e2-1 f-3 6d-1 f-3 4d-1 1c 2 2 38-1 2 6-3 3 2-1 " +
  "3-1 3f c7 2d0-2 47e cc 90-2 dc-1 5d-7 3 31-d 2-f 9d-8 15d-2 3-b d 7 4-1 c7-3f 2d1-1 3-3 4-1 5 " +
  "6-2 3-4 bff-2 ef-1f 22b-5 7640 5-9 21-1 51-1 1ef-11 3a-2 183 2-2 3-1 6-1 2 505d 302-f 3ce e3 " +
  "96-4 693 2 29 2 ab-1 23e-3 184-1 9a-a 32-3 17b-2 264-6 4-4 ea 56d2-6 662f-1 7-5 9-7 3-6 1f-3 " +
  "95-2 dbc-6 2-10 3-6 2-1 2-4 106-6 178 3e-3 5e1-6 6e-5";

const isAccent = (() => {
  const accents = new Set();
  let last = 0;
  for (const range of ACCENTS.trim().split(" ")) {
    const [step, more] = range.split("-").map((number) => parseInt(number, 16));
    for (let code = last + step; code <= last + step + (more || 0); code++) accents.add(code);
    last += step + (more || 0);
  }
  return (character) => accents.has(character.codePointAt(0));
})();

const STRAIGHT = { "‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"' };
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`, "g");
const isSpace = (character) => character !== "" && new RegExp(`^[${SPACE}]$`).test(character);

/** Return a text without case, as Python's str.casefold(). */
function casefold(text) {
  let folded = "";
  for (const character of text) folded += caseless(character);
  return folded;
}

function caseless(character) {
  if (character < "\x80") return character.toLowerCase();
  if (character === "ı") return "ı";
  if (character === "ẞ") return "ss";
  if (/\p{Script=Cherokee}/u.test(character)) return character.toUpperCase(); // whose small letters came later
  return character.toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/** Return a text without what a search ignores: case, accents, curly quotes, the length of spaces. */
function fold(text) {
  let folded = "";
  for (const character of text) folded += character < "\x80" ? character.toLowerCase() : bare(character);
  return folded.replace(SPACES, " ").replace(/^ | $/g, "");
}

const bared = new Map();

function bare(character) {
  let found = bared.get(character);
  if (found === undefined) {
    const parts = casefold(STRAIGHT[character] || character).normalize("NFKD");
    found = casefold([...parts].filter((part) => !isAccent(part)).join("")).toLowerCase();
    bared.set(character, found);
  }
  return found;
}

/** Return a name as it is typed without spaces and signs: `ai-ml` for AI/ML, `c-plus-plus` for C++. */
function typedName(name) {
  const words = fold(name).replaceAll("+", " plus ").replaceAll("#", " sharp ");
  return words.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
}
