"use strict";
// Shows the question that is being edited, and follows the editor: state?after=N answers when there is news.
const byId = (id) => document.getElementById(id);
let state = { version: -1, questions: [], problems: [], changed: "" };
let asking = ""; // what was asked for last
let shown = decodeURIComponent(location.hash.slice(1));

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`state?after=${state.version}`);
      const before = state.version;
      state = await answer.json();
      if (state.version !== before) update();
    } catch {
      byId("status").textContent = "The preview has ended.";
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

function update() {
  document.title = byId("title").textContent = state.title || "Preview";
  byId("status").textContent = `${state.questions.length} questions, read ${state.version} times`;
  showProblems();
  const ids = state.questions.map(([id]) => id);
  if (state.changed && byId("follow").checked) shown = state.changed;
  if (!ids.includes(shown)) shown = ids[0] || "";
  listQuestions();
  show();
}

/** Show what is wrong with the bank, and what else a page or a card could not be drawn for. */
function showProblems(more = []) {
  const problems = byId("problems");
  const all = [...state.problems, ...more];
  problems.hidden = !all.length;
  problems.replaceChildren();
  for (const [place, message, hint] of all) {
    const line = document.createElement("div");
    const more = document.createElement("span");
    more.textContent = hint ? `\n  hint: ${hint}` : "";
    line.append(place ? `${place}: ${message}` : message, more);
    problems.append(line);
  }
}

function listQuestions() {
  const items = state.questions.map(([id, line]) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const more = document.createElement("span");
    more.textContent = line;
    button.type = "button";
    button.append(id, document.createElement("br"), more);
    button.setAttribute("aria-current", String(id === shown));
    button.addEventListener("click", () => choose(id));
    item.append(button);
    return item;
  });
  const place = document.querySelector("nav").scrollTop;
  byId("questions").replaceChildren(...items);
  document.querySelector("nav").scrollTop = place;
  document.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
}

function choose(id) {
  shown = id;
  listQuestions();
  show();
}

/** Show an address in a frame over the one before, which goes when the new one is there: nothing flickers. */
function replaceFrame(room, address, title, kind) {
  const before = [...room.querySelectorAll("iframe")];
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.className = kind;
  frame.addEventListener("load", () => {
    const place = before.at(-1)?.contentWindow?.scrollY;
    if (kind && place) frame.contentWindow.scrollTo(0, place);
    before.forEach((each) => each.remove());
    room.dataset.version = state.version;
  });
  if (kind) before.forEach((each) => each.classList.add("old"));
  frame.src = address;
  room.append(frame);
}

/** Show the question as a card and as a page. If one cannot be drawn, the last good one stays, below the error. */
async function show() {
  if (!shown) return;
  history.replaceState(null, "", `#${encodeURIComponent(shown)}`);
  const [width, light, side] = ["width", "light", "side"].map((name) => byId(name).value);
  const asked = `id=${encodeURIComponent(shown)}&side=${side}&light=${light}&version=${state.version}`;
  asking = asked;
  const problems = [];
  if (await draw(`card?${asked}`, problems)) replaceFrame(byId("cards"), `card?${asked}`, "The card", `w${width}`);
  const pdf = await draw(`page.pdf?${asked}`, problems);
  if (!pdf) return;
  const address = URL.createObjectURL(await pdf.blob());
  const page = pdf.headers.get("X-Page") || "1";
  replaceFrame(byId("pages"), `${address}#toolbar=0&navpanes=0&page=${page}&view=FitH`, "The page of the book", "");

  /** Return what is at an address; nothing if that could not be drawn, or if something else is shown by now. */
  async function draw(path, known) {
    const answer = await fetch(path);
    if (asking !== asked) return null;
    if (answer.ok) return answer;
    for (const each of await answer.json()) if (!known.some((one) => String(one) === String(each))) known.push(each);
    showProblems(known);
    return null;
  }
}

for (const name of ["width", "light", "side"]) byId(name).addEventListener("change", show);
follow();
