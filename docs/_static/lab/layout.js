/* The parts of the page in their places, and how they follow the state and the runs. */
"use strict";
lab.define("layout", (lab) => {
    const panels = lab.get("panels");
    const controls = lab.get("controls");
    const share = lab.get("share");
    const theory = lab.get("theory");
    const SAY_EVERY = 5000; // ms between sentences that are read aloud while it plays

    /** Build all parts into `page.root`; `act` has what the reader can do: play, step, rewind, speed, change, look. */
    function build(page, act) {
        const { root, state } = page;
        const { change, look } = act;
        page.buttons = controls.buttons(act);
        page.settings = controls.settings(change);
        page.starts = {
            a: controls.starts("A", (a) => change({ a })),
            b: controls.starts("B", (b) => change({ b })),
        };
        page.cards = {
            a: panels.card("A", page.starts.a.root),
            b: panels.card("B", page.starts.b.root),
        };
        page.charts = panels.charts();
        page.layer = controls.number("Units shown of layer", "range", [1, state.depth], look);
        page.layer.input.addEventListener("input", () => look(Number(page.layer.input.value)));
        page.tasks = lab.get("challenges").make(act.tasks);
        page.problem = part("p", "lab-problem", { role: "alert" });
        page.live = part("p", "lab-live", { role: "status" });
        page.note = part("p", "lab-note", { role: "status" });
        page.stage = part("div", "lab-stage");
        page.stage.append(page.cards.a.root, page.cards.b.root, page.charts.root);
        const more = part("div", "lab-more");
        const other = () =>
            page.state.b ? null : { ...page.state.a, start: theory.defaults.start };
        page.both = page.buttons.button("both", "", "", () => change({ b: other() }));
        more.append(page.layer.root, page.both, ...share.buttons(page), page.note);
        root.replaceChildren(
            page.problem,
            page.tasks.panel,
            page.settings.root,
            page.buttons.root,
            page.stage,
            more,
            page.live,
        );
        root.classList.add("lab-ready");
        root.classList.toggle("lab-embedded", state.small);
        document.documentElement.classList.toggle("lab-framed", state.small);
        if (state.small) fitInto(page, more);
        document.addEventListener("keydown", (event) => {
            const isFree = event.key === " " && event.target === document.body;
            if (!isFree || page.buttons.isLocked()) return;
            event.preventDefault();
            act.play();
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
        more.append(
            Object.assign(part("a", "lab-whole"), {
                target: "_top",
                textContent: "Open in the lab",
            }),
        );
        new ResizeObserver(() =>
            parent.postMessage({ labHeight: root.scrollHeight + 24 }, "*"),
        ).observe(root);
    }

    /** Show the state in the controls. */
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

    /** Draw at the next frame, once, whatever has come until then. */
    function redraw(page) {
        if (page.isDue) return;
        page.isDue = true;
        requestAnimationFrame(() => {
            page.isDue = false;
            draw(page);
        });
    }

    /** Draw what has come. */
    function draw(page) {
        const { runs, state, isPlaying } = page;
        const [first] = runs;
        if (!first) return;
        const { step = 0, epoch = 0 } = first.now;
        const isWhole = first.setting.batch >= first.points.n; // then an epoch is a step
        const where = isWhole ? `Step ${step}` : `Step ${step}, epoch ${Math.floor(epoch)}`;
        page.buttons.show(isPlaying, where);
        runs.forEach((run, i) => page.cards["ab"[i]].draw(run, state.show));
        page.charts.draw(runs.filter(Boolean));
        if (!isPlaying || Date.now() - page.said > SAY_EVERY) {
            page.charts.describe(runs.filter(Boolean));
            const each = runs.map(({ name, now }) => `${name}: ${now.words ?? ""}`);
            say(page, [`Step ${step}.`, ...each].join(" "));
        }
    }

    function say(page, words) {
        page.said = Date.now();
        if (page.live.textContent !== words) page.live.textContent = words;
    }
    /** Show what is wrong, or, with no words, nothing. */
    function complain(page, words) {
        page.problem.textContent = words;
        page.problem.hidden = !words;
    }

    return { build, showControls, draw, redraw, complain };
});
