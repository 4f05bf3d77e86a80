/* What the reader works: the buttons, the settings that both networks share, and the start of each. */
"use strict";
lab.define("controls", (lab) => {
    const theory = lab.get("theory");
    const RATES = [
        0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30, 100,
    ];
    const BATCHES = [1, 10, 30, 50, 100];
    const BIASES = [0, 0.01, 0.1, 0.5, 1];
    const SPEEDS = { slow: 10, normal: 100, fast: null };

    const labels = (things) => Object.entries(things).map(([id, { label }]) => [id, label]);
    const same = (values) => values.map((value) => [value, value]);

    /** Make a labelled select; `options`: [value, label] each. A value that it lacks is added. */
    function select(name, options, onChange) {
        const root = document.createElement("label");
        root.innerHTML = `<span>${name}</span><select></select>`;
        const input = root.lastChild;
        const add = (value, label) => input.add(new Option(label, value));
        for (const [value, label] of options) add(value, label);
        input.addEventListener("change", () => onChange(input.value));
        const show = (value) => {
            if (![...input.options].some((option) => option.value === String(value)))
                add(value, value);
            input.value = value;
        };
        return { root, input, show };
    }

    /** Make a labelled range or number; it reports when it is let go. */
    function number(name, type, [min, max], onChange, step = 1) {
        const root = document.createElement("label");
        root.innerHTML = `<span>${name}${type === "range" ? " <b></b>" : ""}</span><input>`;
        const input = root.lastChild;
        Object.assign(input, { type, min, max, step });
        const told = root.querySelector("b");
        const tell = () => told && (told.textContent = input.value);
        input.addEventListener("input", tell);
        input.addEventListener("change", () =>
            input.checkValidity() && input.value !== ""
                ? onChange(Number(input.value))
                : input.reportValidity(),
        );
        const show = (value) => {
            input.value = value;
            tell();
        };
        return { root, input, show };
    }

    const numeric = (name, values, onChange, first = []) =>
        select(name, [...first, ...same(values)], (value) => onChange(Number(value)));

    /** Make the settings that both networks share; `change({name: value})` is told of each. */
    function settings(change) {
        const { limits } = theory;
        const to = (name) => (value) => change({ [name]: value });
        const names = same(Object.keys(theory.activations));
        const fields = {
            data: select("Data", labels(theory.data), to("data")),
            depth: number("Layers", "range", limits.depth, to("depth")),
            width: number("Units", "range", limits.width, to("width")),
            activation: select("Activation", names, to("activation")),
            optimizer: select("Optimizer", labels(theory.optimizers), to("optimizer")),
            rate: numeric("Rate", RATES, to("rate")),
            batch: numeric("Batch", BATCHES, to("batch"), [[limits.batch[1], "all points"]]),
            biases: numeric("Biases", BIASES, to("biases")),
            seed: number("Seed", "number", limits.seed, to("seed")),
        };
        const root = document.createElement("form");
        root.className = "lab-settings";
        root.setAttribute("aria-label", "What both networks share");
        root.addEventListener("submit", (event) => event.preventDefault());
        root.append(...Object.values(fields).map((field) => field.root));
        return {
            root,
            show: (state) =>
                Object.entries(fields).forEach(([name, field]) => field.show(state[name])),
        };
    }

    /** Make what chooses the start of a network, and the one layer that may differ; `change(network)`. */
    function starts(name, change) {
        const root = document.createElement("div");
        root.className = "lab-start";
        let network;
        const set = (news) => change({ ...network, ...news });
        const setOdd = (news) => change({ ...network, odd: { ...network.odd, ...news } });
        const whole = startOf(`Start of ${name}`, labels(theory.starts), set);
        const single = labels(theory.starts).filter(([id]) => id !== "lsuv");
        const odd = startOf("starts as", single, setOdd);
        const layer = select("One layer differs", [], (value) =>
            change({
                ...network,
                odd:
                    value === "none"
                        ? null
                        : {
                              start: network.odd?.start ?? "zeros",
                              std: network.odd?.std ?? network.std,
                              layer: Number(value),
                          },
            }),
        );
        root.append(...whole.parts, layer.root, ...odd.parts);
        const show = (now, depth) => {
            network = now;
            whole.show(now);
            layer.input.replaceChildren(new Option("none", "none"));
            for (let i = 0; i <= depth; i++)
                layer.input.add(new Option(i === depth ? "output" : `layer ${i + 1}`, i));
            layer.input.value = now.odd ? now.odd.layer : "none";
            odd.show(now.odd ?? { start: "zeros", std: now.std });
            odd.hide(!now.odd);
        };
        return { root, show };
    }

    function startOf(name, options, set) {
        const start = select(name, options, (value) => set({ start: value }));
        const std = number(
            "std",
            "number",
            theory.limits.std,
            (value) => set({ std: value }),
            "any",
        );
        const hide = (isHidden, isStd) => {
            start.root.hidden = isHidden;
            std.root.hidden = isHidden || !isStd;
        };
        const show = (now) => {
            start.show(now.start);
            std.show(now.std);
            hide(false, now.start === "std");
        };
        return { parts: [start.root, std.root], show, hide: (isHidden) => isHidden && hide(true) };
    }

    /** Make the buttons: `act` has a function for each. Where motion is to be reduced, steps stand for play. */
    function buttons(act) {
        const root = document.createElement("div");
        root.className = "lab-buttons";
        const made = {};
        const button = (id, text, title, press) => {
            made[id] = Object.assign(document.createElement("button"), {
                type: "button",
                textContent: text,
                title,
            });
            made[id].addEventListener("click", press);
            return made[id];
        };
        const speed = select("Speed", same(Object.keys(SPEEDS)), (word) => act.speed(SPEEDS[word]));
        speed.show("normal");
        const told = Object.assign(document.createElement("span"), { className: "lab-step" });
        root.append(
            button("play", "Play", "Train until you pause (Space)", act.play),
            button("one", "1 step", "One step", () => act.step(1)),
            button("ten", "10", "Ten steps", () => act.step(10)),
            button("hundred", "100", "A hundred steps", () => act.step(100)),
            button("rewind", "Rewind", "Back to the same start", act.rewind),
            speed.root,
            told,
        );
        if (matchMedia("(prefers-reduced-motion: reduce)").matches)
            made.play.hidden = speed.root.hidden = true;
        const lock = (isLocked) =>
            ["play", "one", "ten", "hundred"].forEach((id) => (made[id].disabled = isLocked));
        const isLocked = () => made.play.disabled;
        const show = (isPlaying, text) => {
            made.play.textContent = isPlaying ? "Pause" : "Play";
            told.textContent = text;
        };
        return { root, show, lock, isLocked, speed: () => SPEEDS[speed.input.value], button };
    }

    return { buttons, settings, starts, select, number };
});
