/* Figures to play with: a range that can play, or a button for each value, shows one of the frames that were drawn
   when the site was built. They are a script of their own (_ext/figure_frames.py), loaded when a pointer or the focus is on the figure. */
"use strict";
(() => {
  const folder = new URL("../_frames/", document.currentScript.src);
  const arrived = new Map(); // id of a figure -> the function that takes its frames
  const RUN = 6000; // ms from the first frame to the last,
  const LEAST = 100; // and at least this from one to the next
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  window.exploreFrames = (id, { lines, frames }) =>
    arrived.get(id)(frames.map((frame) => frame.map((line) => lines[line]).join("\n")));

  function load(figure) {
    if (!figure.dataset.frames) return;
    const script = document.createElement("script");
    script.src = new URL(figure.dataset.frames, folder);
    delete figure.dataset.frames; // once
    document.head.append(script);
  }

  /* Let a button move a range from its place to its end, or from the beginning; `next` shows one frame more. */
  function playable(range, button, show, next) {
    let timer = null;
    const stop = () => {
      clearInterval(timer);
      timer = null;
      button.textContent = "Play";
    };
    const step = () => {
      next();
      if (range.value === range.max) stop();
    };
    button.addEventListener("click", () => {
      if (timer) return stop();
      if (range.value === range.max) range.value = range.min;
      show();
      button.textContent = "Pause";
      timer = setInterval(step, Math.max(RUN / range.max, LEAST));
    });
    range.addEventListener("input", stop);
  }

  for (const figure of document.querySelectorAll(".wi-explore")) {
    const [picture, value, control, button, range] = [
      ".wi-figure-frame",
      "p > span",
      ".wi-control",
      "button",
      "[type=range]",
    ].map((selector) => figure.querySelector(selector));
    const values = JSON.parse(figure.dataset.values);
    let frames = null;
    const show = () => {
      const at = (range ?? control.querySelector(":checked")).value;
      value.textContent = values[at];
      range?.setAttribute("aria-valuetext", values[at]);
      if (frames) picture.innerHTML = frames[at];
    };
    arrived.set(figure.id, (all) => {
      frames = all;
      show();
    });
    control.addEventListener("input", show);
    for (const sign of ["pointerenter", "focusin"])
      figure.addEventListener(sign, () => load(figure));
    control.hidden = false;
    if (!range) continue;
    playable(range, button, show, () => {
      load(figure);
      if (frames) range.stepUp();
      show();
    });
    if (figure.closest(".tag_wi-play") && !still) button.click();
  }
})();
