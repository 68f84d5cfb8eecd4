// Study: one question after the other, until each was known. What was weak comes back within the session.

const GRADES = ["again", "hard", "good", "easy"];
const COMES_BACK = { again: 3, hard: 7 };

class Study {
  constructor(page) {
    this.page = page;
    this.bank = page.bank;
    this.running = false;
    this.store = `qexport:progress:${this.bank.namespace}`;
    this.progress = kept(this.store, {});
    byId("progress-export").addEventListener("click", () => this.exportProgress());
    byId("progress-import").addEventListener("change", (event) => this.importProgress(event.target.files[0]));
    byId("progress-clear").addEventListener("click", () => this.clearProgress());
    byId("study-end").addEventListener("click", () => this.end());
    byId("reveal").addEventListener("click", () => this.reveal());
    for (const grade of GRADES) byId(`grade-${grade}`).addEventListener("click", () => this.grade(grade));
    this.sayProgress();
  }

  /** Begin with these questions: those that were weak last time first, then new ones, then the others. */
  begin(places) {
    if (!places.length) return;
    const rank = (place) => ["again", "hard", undefined, "good", "easy"].indexOf(this.progress[this.bank.ids[place]]?.grade);
    this.queue = [...places].sort((one, other) => rank(one) - rank(other));
    this.total = places.length;
    this.known = 0;
    this.counts = { again: 0, hard: 0, good: 0, easy: 0 };
    this.running = true;
    this.began = Date.now();
    this.clock = setInterval(() => this.sayTime(), 1000);
    this.hideReading(true);
    byId("study-done").hidden = true;
    byId("study-card").hidden = false;
    scrollTo(0, 0);
    this.ask();
  }

  /** Hide what is for reading, with the link that leads there; the study is there instead. */
  hideReading(isHidden) {
    for (const each of document.querySelectorAll("#reading, .tools, .skip")) each.hidden = isHidden;
    byId("study").hidden = !isHidden;
  }

  ask() {
    const place = this.queue[0];
    const article = this.page.articles.at(place);
    this.details = article.querySelector("details"); // a draft may have none
    if (this.details) this.details.open = false;
    byId("study-card").replaceChildren(article);
    this.asked = Date.now();
    byId("reveal").hidden = false;
    byId("grading").hidden = true;
    byId("grades").hidden = false;
    byId("study-bar").value = this.known / this.total;
    byId("study-count").textContent = say("known_of", { n: this.known, total: this.total });
    this.sayTime();
    const line = article.querySelector("h3");
    line.tabIndex = -1;
    line.focus();
  }

  reveal() {
    if (this.details) this.details.open = true;
    byId("reveal").hidden = true;
    byId("grading").hidden = false;
    const answer = this.details?.querySelector("section") ?? byId("grading");
    answer.tabIndex = -1;
    answer.focus({ preventScroll: true });
  }

  grade(grade) {
    const place = this.queue.shift();
    const id = this.bank.ids[place];
    const before = this.progress[id] || { times: 0 };
    const seconds = Math.round((Date.now() - this.asked) / 1000);
    this.progress[id] = { grade, times: before.times + 1, last: new Date().toISOString().slice(0, 10), seconds };
    this.isKept = keep(this.store, this.progress);
    this.counts[grade] += 1;
    const later = COMES_BACK[grade];
    if (later) this.queue.splice(later, 0, place);
    else this.known += 1;
    if (this.queue.length) this.ask();
    else this.finish();
  }

  press(event) {
    const revealed = byId("reveal").hidden;
    const onButton = event.target.matches("button, a, summary");
    const number = "1234".indexOf(event.key);
    if (!byId("study-done").hidden) return;
    if (!revealed && (event.key === " " || event.key === "Enter") && !onButton) this.reveal();
    else if (revealed && number >= 0) this.grade(GRADES[number]);
    else return;
    event.preventDefault();
  }

  finish() {
    clearInterval(this.clock);
    byId("study-bar").value = 1;
    byId("study-count").textContent = say("known_of", { n: this.total, total: this.total });
    byId("study-card").hidden = true;
    byId("grades").hidden = true;
    byId("study-done").hidden = false;
    byId("study-figures").replaceChildren(
      ...[[say("time"), this.time(Date.now() - this.began)], ...GRADES.map((grade) => [say(grade), String(this.counts[grade])])].flatMap(
        ([name, value]) => [element("dt", {}, name), element("dd", {}, value)],
      ),
    );
    byId("study-kept").textContent = this.isKept
      ? say("progress_kept")
      : say("progress_lost");
    this.sayProgress();
    byId("study-heading").focus();
  }

  end() {
    clearInterval(this.clock);
    this.running = false;
    byId("grades").hidden = true;
    this.hideReading(false);
    const { list } = this.page;
    list.show(list.places, list.grouped);
    this.sayProgress();
    byId("study-button").focus();
  }

  time(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  sayTime() {
    byId("study-time").textContent = say("study_times", { one: this.time(Date.now() - this.asked), all: this.time(Date.now() - this.began) });
  }

  sayProgress() {
    const count = Object.keys(this.progress).length;
    byId("progress-count").textContent = say("progress_count", { count: countOf(count) });
    byId("progress-export").disabled = byId("progress-clear").disabled = !count;
  }

  exportProgress() {
    const { namespace, title } = this.bank;
    const ids = Object.keys(this.progress).sort();
    const questions = Object.fromEntries(ids.map((id) => [id, this.progress[id]]));
    const text = JSON.stringify({ format: "qexport-progress", version: 1, namespace, title, questions }, null, 2) + "\n";
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    element("a", { href: address, download: "progress.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async importProgress(file) {
    if (!file) return;
    try {
      const read = JSON.parse(await file.text());
      if (read.format !== "qexport-progress" || read.version !== 1) throw new Error(say("error_no_progress"));
      if (read.namespace !== this.bank.namespace) throw new Error(say("error_other_bank", { title: read.title ?? read.namespace }));
      // A page of a part of the bank keeps what was studied of the others, too.
      const isRight = ([, each]) => GRADES.includes(each?.grade) && Number.isInteger(each.times);
      this.progress = { ...this.progress, ...Object.fromEntries(Object.entries(read.questions).filter(isRight)) };
      keep(this.store, this.progress);
      this.sayProgress();
    } catch (error) {
      byId("progress-count").textContent = say("error_not_read", { file: file.name, reason: error.message });
    }
  }

  clearProgress() {
    this.progress = {};
    keep(this.store, {});
    this.sayProgress();
  }
}
