/* The page: puts the parts together, talks to the worker, and keeps the address true. */
"use strict";
lab.define("page", (lab) => {
  const fragment = lab.get("fragment");
  const panels = lab.get("panels");
  const controls = lab.get("controls");
  const share = lab.get("share");
  const theory = lab.get("theory");
  const GRID = 40;
  const SAY_EVERY = 5000; // ms between sentences that are read aloud while it plays

  /** Fill the place of the lab, and start. */
  function open(root) {
    const { state, problem } = readAddress();
    const page = { root, state, runs: [], isPlaying: false, isDue: false, said: 0 };
    build(page);
    page.engine = lab.get("worker").start((message) => hear(page, message));
    complain(page, problem);
    start(page);
    openTask(page);
    addEventListener("hashchange", () => follow(page));
    document.addEventListener("visibilitychange", () => document.hidden && pause(page));
    addEventListener("resize", () => redraw(page));
    const themes = new MutationObserver(() => redraw(page));
    themes.observe(document.body, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw(page));
    return page;
  }

  /* The state that the address says, or the usual one and why not. A place on the page is no state. */
  function readAddress() {
    const text = location.hash.slice(1);
    try {
      return { state: fragment.parse(document.getElementById(text) ? "" : text), problem: "" };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { state: fragment.defaults(), problem: `${error.message} You see the usual setting instead.` };
    }
  }

  function build(page) {
    const { root, state } = page;
    const change = (news) => set(page, { ...page.state, ...news });
    page.buttons = controls.buttons({
      play: () => (page.isPlaying ? pause(page) : play(page)),
      step: (count) => step(page, count),
      rewind: () => rewind(page),
      speed: () => page.isPlaying && play(page),
    });
    page.settings = controls.settings(change);
    page.starts = { a: controls.starts("A", (a) => change({ a })), b: controls.starts("B", (b) => change({ b })) };
    page.cards = { a: panels.card("A", page.starts.a.root), b: panels.card("B", page.starts.b.root) };
    page.charts = panels.charts();
    page.layer = controls.number("Units shown of layer", "range", [1, state.depth], (show) => look(page, show));
    page.layer.input.addEventListener("input", () => look(page, Number(page.layer.input.value)));
    page.tasks = lab.get("challenges").make({
      open: ({ id, state: words }) => set(page, { ...fragment.parse(`v1&${words}`), task: id, small: page.state.small }),
      lock: (isLocked) => page.buttons.lock(isLocked),
      close: () => set(page, { ...page.state, task: null }),
      look: () => examine(page),
      say: (words) => say(page, words),
    });
    page.problem = part("p", "lab-problem", { role: "alert" });
    page.live = part("p", "lab-live", { role: "status" });
    page.note = part("p", "lab-note", { role: "status" });
    page.stage = part("div", "lab-stage");
    page.stage.append(page.cards.a.root, page.cards.b.root, page.charts.root);
    const more = part("div", "lab-more");
    page.both = page.buttons.button("both", "", "", () => set(page, { ...page.state, b: page.state.b ? null : { ...page.state.a, start: theory.defaults.start } }));
    more.append(page.layer.root, page.both, ...share.buttons(page), page.note);
    root.replaceChildren(page.problem, page.tasks.panel, page.settings.root, page.buttons.root, page.stage, more, page.live);
    root.classList.add("lab-ready");
    root.classList.toggle("lab-embedded", state.small);
    document.documentElement.classList.toggle("lab-framed", state.small);
    if (state.small) fitInto(page, more);
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target !== document.body || page.buttons.isLocked()) return;
      event.preventDefault();
      if (page.isPlaying) pause(page);
      else play(page);
    });
  }

  const part = (tag, name, attributes = {}) => {
    const made = document.createElement(tag);
    made.className = name;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  /* In the frame of another page: a way out of it, and that page is told how high this one is. */
  function fitInto({ root }, more) {
    more.append(Object.assign(part("a", "lab-whole"), { target: "_top", textContent: "Open in the lab" }));
    new ResizeObserver(() => parent.postMessage({ labHeight: root.scrollHeight + 24 }, "*")).observe(root);
  }

  /* A new state: into the controls, the address, and the worker. What it plays, it goes on playing. */
  function set(page, state) {
    const wasPlaying = page.isPlaying;
    try {
      for (const setting of fragment.settings(state)) lab.get("settings").check(setting);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      showControls(page);
      return complain(page, error.message);
    }
    const clamp = (network) => network?.odd && network.odd.layer > state.depth ? { ...network, odd: null } : network;
    page.state = { ...state, a: clamp(state.a), b: clamp(state.b), show: Math.min(state.show, state.depth) };
    complain(page, "");
    start(page);
    if (wasPlaying) play(page);
  }

  function start(page) {
    const { state } = page;
    showControls(page);
    writeAddress(page);
    page.isPlaying = false;
    page.runs = [];
    page.engine.post({ type: "set", settings: fragment.settings(state), look: { layer: state.show - 1, grid: GRID } });
  }

  function showControls({ state, settings, starts, cards, layer, both, stage }) {
    settings.show(state);
    starts.a.show(state.a, state.depth);
    if (state.b) starts.b.show(state.b, state.depth);
    cards.b.root.hidden = !state.b;
    stage.classList.toggle("lab-alone", !state.b);
    both.textContent = state.b ? "One network" : "Second network";
    layer.input.max = state.depth;
    layer.show(state.show);
  }

  function writeAddress({ state, root }) {
    const words = fragment.format(state);
    history.replaceState(null, "", `#${words}`);
    const whole = root.querySelector(".lab-whole");
    if (whole) whole.href = `#${fragment.format({ ...state, small: false })}`;
  }

  /* The reader, or a link, has changed the address. */
  function follow(page) {
    const { state, problem } = readAddress();
    if (problem) return complain(page, problem);
    if (!location.hash.startsWith("#v1")) return; // a place on the page
    set(page, state);
    openTask(page);
  }

  /* Open the challenge that the address names, with the setting there or, where it says none, with its own. */
  function openTask(page) {
    const { task } = page.state;
    if (task !== page.tasks.opened()) page.tasks.begin(task, fragment.format({ ...page.state, task: null, small: false }) !== fragment.format(fragment.defaults()));
  }

  function play(page) {
    page.isPlaying = true;
    page.engine.post({ type: "play", rate: page.buttons.speed() });
    redraw(page);
  }
  function pause(page) {
    if (page.isPlaying) page.engine.post({ type: "pause" });
  }
  function step(page, count) {
    pause(page);
    page.engine.post({ type: "step", count });
  }
  function rewind(page) {
    page.isPlaying = false;
    for (const run of page.runs) for (const values of Object.values(run.history)) values.length = 0;
    page.engine.post({ type: "rewind" });
  }
  function look(page, show) {
    page.state.show = show;
    page.layer.show(show);
    writeAddress(page);
    page.engine.post({ type: "look", layer: show - 1, grid: GRID });
  }

  const hearing = {
    refused: (page, { which, message }) => complain(page, `Network ${"AB"[which]}: ${message}`),
    started(page, message) {
      const wanted = fragment.settings(page.state)[message.which]; // an answer to an earlier state is late
      if (!wanted || JSON.stringify(message.setting) !== JSON.stringify(lab.get("settings").check(wanted))) return;
      page.runs[message.which] = panels.newRun("AB"[message.which], message);
    },
    snapshot(page, message) {
      const run = page.runs[message.which];
      if (!run) return;
      page.isPlaying = message.playing;
      panels.record(run, message);
      examine(page);
      redraw(page);
    },
    paused(page) {
      page.isPlaying = false;
      redraw(page);
    },
  };
  function hear(page, message) {
    hearing[message.type]?.(page, message);
  }

  function examine(page) {
    const [a, b] = page.runs;
    const { task } = page.state;
    const own = task && lab.get("tasks").find(({ id }) => id === task);
    const plain = (state) => fragment.format({ ...state, task: null, small: false, show: 1 });
    const isUntouched = Boolean(own) && plain(page.state) === plain(fragment.parse(`v1&${own.state}`));
    if (a && Boolean(b) === Boolean(page.state.b)) page.tasks.look({ a, b, isUntouched });
  }

  /* Draw at the next frame, once, whatever has come until then. */
  function redraw(page) {
    if (page.isDue) return;
    page.isDue = true;
    requestAnimationFrame(() => {
      page.isDue = false;
      draw(page);
    });
  }

  function draw(page) {
    const { runs, state, isPlaying } = page;
    const [first] = runs;
    if (!first) return;
    const { step = 0, epoch = 0 } = first.now;
    page.buttons.show(isPlaying, `Step ${step}${first.setting.batch < first.points.n ? `, epoch ${Math.floor(epoch)}` : ""}`);
    runs.forEach((run, i) => page.cards["ab"[i]].draw(run, state.show));
    page.charts.draw(runs.filter(Boolean));
    if (!isPlaying || Date.now() - page.said > SAY_EVERY) {
      page.charts.describe(runs.filter(Boolean));
      say(page, `Step ${step}. ${runs.map(({ name, now }) => `${name}: ${now.words ?? ""}`).join(" ")}`);
    }
  }

  function say(page, words) {
    page.said = Date.now();
    if (page.live.textContent !== words) page.live.textContent = words;
  }
  function complain(page, words) {
    page.problem.textContent = words;
    page.problem.hidden = !words;
  }

  return { open };
});
globalThis.document?.addEventListener("DOMContentLoaded", () => {
  const root = document.getElementById("lab");
  if (root) lab.get("page").open(root);
});
