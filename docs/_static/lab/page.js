/* The page: puts the parts together, talks to the worker, and keeps the address true. */
"use strict";
lab.define("page", (lab) => {
    const fragment = lab.get("fragment");
    const panels = lab.get("panels");
    const { build, showControls, draw, redraw, complain } = lab.get("layout");
    const GRID = 40;

    /** Fill the place of the lab, and start. */
    function open(root) {
        const { state, problem } = readAddress();
        const page = { root, state, runs: [], isPlaying: false, isDue: false, said: 0 };
        build(page, actsOf(page));
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
        matchMedia("print").addEventListener("change", () => draw(page)); // at once, for paper
        return page;
    }

    /* What the reader can do, and what a challenge needs of the page. */
    function actsOf(page) {
        const change = (news) => set(page, { ...page.state, ...news });
        return {
            change,
            look: (show) => look(page, show),
            play: () => (page.isPlaying ? pause(page) : play(page)),
            step: (count) => makeSteps(page, count),
            rewind: () => rewind(page),
            speed: () => page.isPlaying && play(page),
            tasks: {
                open: ({ id, state: words }) =>
                    change({ ...fragment.parse(`v1&${words}`), task: id, small: page.state.small }),
                lock: (isLocked) => page.buttons.lock(isLocked),
                close: () => change({ task: null }),
                look: () => examine(page),
            },
        };
    }

    /* The state that the address says, or the usual one and why not. A place on the page is no state. */
    function readAddress() {
        const text = location.hash.slice(1);
        try {
            return {
                state: fragment.parse(document.getElementById(text) ? "" : text),
                problem: "",
            };
        } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            return {
                state: fragment.defaults(),
                problem: `${error.message} You see the usual setting instead.`,
            };
        }
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
        const clamp = (network) =>
            network?.odd && network.odd.layer > state.depth ? { ...network, odd: null } : network;
        page.state = {
            ...state,
            a: clamp(state.a),
            b: clamp(state.b),
            show: Math.min(state.show, state.depth),
        };
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
        page.engine.post({
            type: "set",
            settings: fragment.settings(state),
            look: { layer: state.show - 1, grid: GRID },
        });
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
        if (task !== page.tasks.opened())
            page.tasks.begin(
                task,
                fragment.format({ ...page.state, task: null, small: false }) !==
                    fragment.format(fragment.defaults()),
            );
    }

    function play(page) {
        page.isPlaying = true;
        page.engine.post({ type: "play", rate: page.buttons.speed() });
        redraw(page);
    }
    function pause(page) {
        if (page.isPlaying) page.engine.post({ type: "pause" });
    }
    function makeSteps(page, count) {
        pause(page);
        page.engine.post({ type: "step", count });
    }
    function rewind(page) {
        page.isPlaying = false;
        for (const run of page.runs)
            for (const values of Object.values(run.history)) values.length = 0;
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
            const wanted = fragment.settings(page.state)[message.which];
            const text = wanted && JSON.stringify(lab.get("settings").check(wanted));
            if (JSON.stringify(message.setting) !== text) return; // late: to an earlier state
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
        const isUntouched =
            Boolean(own) && plain(page.state) === plain(fragment.parse(`v1&${own.state}`));
        if (a && Boolean(b) === Boolean(page.state.b)) page.tasks.look({ a, b, isUntouched });
    }

    return { open };
});
globalThis.document?.addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("lab");
    if (root) lab.get("page").open(root);
});
