// The list: what the filters leave, as much of it as was scrolled to.

const NO_GROUP = "\0"; // neither a technology nor a category

/** Shows questions by their places, the first at once, others as the reader comes to them. */
class List {
  constructor(bank, articles) {
    this.bank = bank;
    this.articles = articles;
    this.places = bank.ids.map((_, place) => place);
    this.count = document.querySelectorAll("#list > article").length;
    this.grouped = true;
    this.hasGroups = bank.ids.some((_, place) => this.groupOf(place) !== NO_GROUP);
    byId("further").addEventListener("click", () => this.showMore(true));
    const near = new IntersectionObserver((entries) => entries.some((each) => each.isIntersecting) && this.showMore(), {
      rootMargin: "1200px",
    });
    near.observe(byId("end"));
    addEventListener("beforeprint", () => this.showAll());
    this.sayFurther();
  }

  show(places, grouped) {
    this.places = places;
    this.grouped = grouped;
    this.count = 0;
    byId("list").replaceChildren();
    this.showMore();
  }

  showMore(focus = false) {
    const first = this.count;
    const part = document.createDocumentFragment();
    for (const place of this.places.slice(first, first + (first ? MORE_SHOWN : FIRST_SHOWN))) {
      const group = this.groupOf(place);
      const before = this.count ? this.groupOf(this.places[this.count - 1]) : null;
      if (this.grouped && this.hasGroups && group !== before) part.append(groupHeading(this.bank, place));
      part.append(this.articles.at(place));
      this.count += 1;
    }
    byId("list").append(part);
    this.sayFurther();
    clearTimeout(this.marking);
    this.marking = setTimeout(() => highlight(this.bank)); // after what was found is seen
    if (focus && this.places[first] !== undefined) this.articles.at(this.places[first]).querySelector("a").focus();
  }

  showAll() {
    while (this.count < this.places.length) this.showMore();
    for (const answers of document.querySelectorAll("#list details")) answers.open = true;
  }

  /** Bring a question into view, wherever it is in the list. */
  go(place) {
    const at = this.places.indexOf(place);
    if (at < 0) return false;
    while (this.count <= at) this.showMore();
    const article = this.articles.at(place);
    article.scrollIntoView();
    article.querySelector("a").focus({ preventScroll: true });
    return true;
  }

  /** Go to the question after the one that is looked at, or before it. */
  step(by) {
    const own = document.activeElement.closest("article");
    const shown = [...document.querySelectorAll("#list > article")];
    const at = own ? shown.indexOf(own) + by : shown.findIndex((each) => each.getBoundingClientRect().bottom > 90);
    const next = shown[Math.max(0, at)];
    if (next) this.go(this.bank.places.get(next.id));
  }

  groupOf(place) {
    return this.bank.nameOf("technology", place) + "\0" + this.bank.nameOf("category", place);
  }

  sayFurther() {
    const left = this.places.length - this.count;
    byId("further").hidden = left <= 0;
    byId("further").textContent = say("show_more", { n: left });
  }
}

function groupHeading(bank, place) {
  const [technology, category] = [bank.nameOf("technology", place), bank.nameOf("category", place)];
  const heading = element("h2", { class: "group" }, technology || category || say("other_questions"));
  if (technology && category) heading.append(" ", element("span", {}, category));
  return heading;
}

/** Mark what was searched in the texts that are shown, where the browser can without touching them. */
function highlight(bank) {
  if (!window.Highlight || !CSS.highlights) return;
  const sought = bank.conditions.sought.filter((words) => words.length > 1);
  const ranges = [];
  if (sought.length) {
    const texts = document.createTreeWalker(byId("list"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode() && ranges.length < 5000) {
      const text = texts.currentNode.data.toLowerCase().replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
      if (text.length !== texts.currentNode.data.length) continue;
      for (const words of sought) {
        for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
          ranges.push(new StaticRange({ startContainer: texts.currentNode, startOffset: at, endContainer: texts.currentNode, endOffset: at + words.length }));
        }
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}
