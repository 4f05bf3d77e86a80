/* The search page. MiniSearch looks through the texts of search-index.js, which is written with the pages: nothing is asked of a
   server, so that it works from a disk as well. */
(() => {
  "use strict";
  const PAGES_SHOWN = 10;
  const PLACES_SHOWN = 2; // of one page
  const EXCERPT = 220; // letters
  const NEXT_PLACE = 0.5; // what a page's second place is worth, beside its best; the third: squared
  const WORTH = { auto_gallery: 0.5, "lab.html": 0.5, reference: 0.3 }; // by the first part of an address
  const PACKAGE = /^(?:wi|weightinit)\./;
  const WORD = /[\p{L}\p{N}]+(?:[._'’][\p{L}\p{N}]+)*/gu;

  const stemmer = new Stemmer();
  const empty = new Set(searchEmptyWords);
  const pages = Object.values(searchPages);
  const places = pages.flatMap((page) =>
    page.entries.map((entry) => ({ ...entry, page, title: entry.name ?? entry.title })),
  );

  /* The words of a text. A name counts as a whole and by its parts: he_normal, he, normal. */
  function words(text) {
    return (text.match(WORD) ?? []).flatMap((word) => {
      const name = word.replace(PACKAGE, "");
      const parts = name.split(/[._]/);
      return parts.length > 1 ? [name, ...parts] : parts;
    });
  }

  const stems = new Map();
  function stem(word) {
    if (!stems.has(word)) {
      const lower = word.toLowerCase().replace("’", "'");
      stems.set(word, empty.has(lower) ? null : /[._]/.test(lower) ? lower : stemmer.stemWord(lower));
    }
    return stems.get(word);
  }

  const engine = new MiniSearch({
    fields: ["page", "title", "text", "code"],
    extractField: (place, field) => (field === "page" ? place.page.title : place[field]),
    tokenize: words,
    processTerm: stem,
    searchOptions: {
      boost: { page: 2, code: 0.2 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => term.length > 4 && 0.2,
      weights: { prefix: 0.1, fuzzy: 0.2 },
    },
  });
  engine.addAll(places.map((place, id) => ({ ...place, id })));

  /* Pages, best first, each with its score and its places. A name that was typed exactly comes before all; a question of several
     words is answered by pages that explain rather than by those that show or list. */
  function search(question) {
    const name = question.trim().replace(PACKAGE, "").replace(/\(\)$/, "");
    const isQuestion = name.includes(" ");
    const worth = ({ name: own, page }) => {
      if (own?.toLowerCase() === name.toLowerCase()) return own === name ? 2000 : 1000; // orthogonal, Orthogonal
      return (isQuestion && WORTH[page.address.split("/")[0]]) || 1;
    };
    const found = new Map();
    for (const hit of engine.search(question, { boostDocument: (id) => worth(places[id]) })) {
      const place = { ...places[hit.id], score: hit.score, terms: new Set(Object.keys(hit.match)) };
      const result = found.get(place.page) ?? { page: place.page, score: 0, places: [] };
      result.score += hit.score * NEXT_PLACE ** result.places.length;
      result.places.push(place);
      found.set(place.page, result);
    }
    return [...found.values()].sort((a, b) => b.score - a.score);
  }

  /* The stretch of a text that holds the most different words of the question, with these marked. */
  function excerpt(text, terms) {
    const met = [...text.matchAll(WORD)].flatMap(({ 0: word, index }) => {
      const term = words(word).map(stem).find((candidate) => terms.has(candidate));
      return term ? [{ word, term, index }] : [];
    });
    const variety = ({ index }) =>
      new Set(met.filter((m) => m.index >= index && m.index < index + EXCERPT).map((m) => m.term)).size;
    const first = met.reduce((best, m) => (!best || variety(m) > variety(best) ? m : best), null);
    const start = first ? text.lastIndexOf(" ", Math.max(first.index - 60, 0)) + 1 : 0;
    const end = text.length <= start + EXCERPT ? text.length : text.lastIndexOf(" ", start + EXCERPT);
    const paragraph = element("p", start ? "… " : "");
    let done = start;
    for (const { word, index } of met.filter((m) => m.index >= start && m.index + m.word.length <= end)) {
      paragraph.append(text.slice(done, index), element("mark", word));
      done = index + word.length;
    }
    paragraph.append(text.slice(done, end), end < text.length ? " …" : "");
    return paragraph;
  }

  function element(tag, text = "", properties = {}) {
    return Object.assign(document.createElement(tag), { textContent: text }, properties);
  }

  function shown({ page, places: [best, ...others] }) {
    const item = document.createElement("li");
    const title = element("h2");
    title.append(element("a", page.title, { href: page.address }));
    item.append(title, element("p", page.part, { className: "search-part" }));
    for (const place of [best, ...others.filter((other) => other.score > best.score / 2)].slice(0, PLACES_SHOWN)) {
      const lines = excerpt(place.text || place.code, place.terms);
      if (place.title !== page.title) {
        lines.prepend(element("a", place.title, { href: `${page.address}#${place.anchor}` }), " ");
      }
      item.append(lines);
    }
    return item;
  }

  const input = document.getElementById("search-question");
  const count = document.getElementById("search-count");
  const list = document.getElementById("search-results");

  function show() {
    const question = input.value.trim();
    const found = search(question).slice(0, PAGES_SHOWN);
    list.replaceChildren(...found.map(shown));
    if (!question) count.textContent = "";
    else if (found.length) count.textContent = `${found.length} ${found.length > 1 ? "pages, the likeliest first" : "page"}`;
    else count.textContent = `Nothing found for “${question}”. Try other words; the index lists every documented name.`;
  }

  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.focus();
  show();
})();
