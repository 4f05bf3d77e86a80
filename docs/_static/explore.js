/* Figures to play with: a range input shows one of the frames that were drawn when the site was
   built. They are a script of their own (_ext/figure_frames.py), loaded when the figure is near. */
"use strict";
(() => {
  const folder = new URL("../_frames/", document.currentScript.src);
  const arrived = new Map(); // id of a figure -> the function that takes its frames

  window.exploreFrames = (id, { lines, frames }) =>
    arrived.get(id)(frames.map((frame) => frame.map((line) => lines[line]).join("\n")));

  const nearby = new IntersectionObserver(
    (entries) =>
      entries
        .filter((entry) => entry.isIntersecting)
        .forEach((entry) => load(entry.target)),
    { rootMargin: "100% 0%" }, // within a screen
  );

  function load(figure) {
    nearby.unobserve(figure);
    if (!figure.dataset.frames) return;
    const script = document.createElement("script");
    script.src = new URL(figure.dataset.frames, folder);
    delete figure.dataset.frames; // once
    document.head.append(script);
  }

  for (const figure of document.querySelectorAll(".wi-explore")) {
    const [input, picture, value] = ["input", ".wi-figure-frame", "span"].map((selector) =>
      figure.querySelector(selector),
    );
    const values = JSON.parse(figure.dataset.values);
    let frames = null;
    const show = () => {
      value.textContent = values[input.value];
      input.setAttribute("aria-valuetext", values[input.value]);
      if (frames) picture.innerHTML = frames[input.value];
    };
    arrived.set(figure.id, (all) => {
      frames = all;
      show();
    });
    input.addEventListener("input", show);
    figure.addEventListener("focusin", () => load(figure));
    nearby.observe(figure);
    input.hidden = false;
  }
})();
