// The bank as the page has it: what is searched is packed at the end of the page, what is shown is HTML.

const FIRST_SHOWN = 10; // what fills a screen; the others follow in the next frame
const MORE_SHOWN = 40;
const NEXT_QUESTION = "<!" + "--question-->"; // in two: a comment would begin in the script

/** Return an element of the page by its id. */
const byId = (id) => document.getElementById(id);

const WORDS = JSON.parse(byId("words").textContent);
const PLURALS = new Intl.PluralRules(WORDS.language);

/** Return a label in the language of the page, with values in its places. */
const say = (key, values = {}) => WORDS.labels[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

/** Return a number of questions in words. */
const countOf = (number) => (WORDS.counts[PLURALS.select(number)] ?? WORDS.counts.other).replaceAll("{n}", number);

/** Return a new element with attributes and children. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Return what is packed in an element: base64 of raw deflate of JSON. */
async function unpacked(id) {
  const packed = atob(byId(id).textContent.trim());
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at++) bytes[at] = packed.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/** The questions of the page, by their places in it. */
class Bank {
  constructor(data) {
    Object.assign(this, data);
    this.searchable = ["id", ...NAME_FIELDS, "difficulty", ...this.fields.slice(0, -1)]; // all but the tags' own text
    this.conditions = new Conditions(this);
    this.places = new Map(this.anchors.map((anchor, place) => [anchor, place]));
    this.split = { place: -1, parts: [] };
  }

  /** Return the texts of one field of a question, or of all. */
  partsOf(place, field) {
    if (this.split.place !== place) this.split = { place, parts: this.texts[place].split("\0") };
    if (!field) return this.split.parts;
    const counts = this.counts[place];
    const number = this.fields.indexOf(field);
    const start = counts.slice(0, number).reduce((sum, count) => sum + count, 0);
    return this.split.parts.slice(start, start + counts[number]);
  }

  /** Return the name that a question has in a field; empty if none. */
  nameOf(field, place) {
    return this.names[field][this[field][place]] || "";
  }
}

/** The HTML of the questions: the first stand in the page, those of a long page wait as text until they are shown. */
class Articles {
  constructor() {
    this.shown = [...document.querySelectorAll("#list > article")];
    this.waiting = null;
  }

  /** Cut the text of those that wait; done before the first search needs it. */
  cut() {
    this.waiting ??= byId("rest")?.textContent.split(NEXT_QUESTION);
  }

  /** Return the element of the question at a place. */
  at(place) {
    if (!this.shown[place]) {
      this.cut();
      const template = document.createElement("template");
      template.innerHTML = this.waiting[place - Number(byId("rest").dataset.first) + 1];
      this.shown[place] = document.adoptNode(template.content.querySelector("article"));
    }
    return this.shown[place];
  }
}
