/* The state of the page, and the fragment of its address that says it: `#v1&data=ring&depth=2&a=zeros&b=he_normal,1:std:0.3`.
   What stands at its default is left out; what cannot be read is refused with a sentence. */
"use strict";
lab.define("fragment", (lab) => {
    const VERSION = "v1";
    const SHARED = {
        data: "data",
        depth: "depth",
        width: "width",
        act: "activation",
        bias: "biases",
        opt: "optimizer",
        rate: "rate",
        batch: "batch",
        seed: "seed",
    };
    const NUMBERS = ["depth", "width", "biases", "rate", "batch", "seed"];
    const theory = lab.get("theory");

    /** Return the state of a page whose address says nothing: the two networks that differ most. */
    function defaults() {
        const { start, std, odd, ...shared } = theory.defaults;
        return {
            ...shared,
            a: { start: "zeros", std, odd },
            b: { start, std, odd },
            show: 1,
            small: false,
            task: null,
        };
    }

    /** Return the settings of a state that the worker takes: one of each network. */
    function settings({ a, b, show, small, task, ...shared }) {
        return [a, b].filter(Boolean).map((network) => ({ ...shared, ...network }));
    }

    /** Return the fragment of a state, without its `#`. */
    function format(state) {
        const usual = defaults();
        const words = [VERSION];
        for (const [word, name] of Object.entries(SHARED))
            if (state[name] !== usual[name]) words.push(`${word}=${state[name]}`);
        words.push(`a=${formatNetwork(state.a)}`);
        words.push(`b=${state.b ? formatNetwork(state.b) : "none"}`);
        if (state.show !== usual.show) words.push(`show=${state.show}`);
        if (state.task) words.push(`task=${state.task}`);
        if (state.small) words.push("small");
        return words.join("&");
    }

    const formatStart = ({ start, std }) => (start === "std" ? `std:${std}` : start);
    const formatNetwork = ({ odd, ...network }) =>
        formatStart(network) + (odd ? `,${odd.layer}:${formatStart(odd)}` : "");

    /** Return the state that a fragment says; a RangeError says in a sentence what cannot be read. */
    function parse(fragment) {
        const state = defaults();
        if (!fragment) return state;
        const [version, ...words] = decode(fragment).split("&");
        if (version !== VERSION)
            refuse(
                `it begins with "${clip(version)}", and this page reads addresses that begin with "${VERSION}"`,
            );
        for (const word of words) readWord(state, word);
        try {
            for (const setting of settings(state)) lab.get("settings").check(setting);
        } catch (error) {
            if (error instanceof RangeError) refuse(error.message);
            throw error;
        }
        if (!(state.show >= 1 && state.show <= state.depth)) state.show = 1;
        return state;
    }

    function readWord(state, word) {
        const [name, text] = word.split(/=(.*)/s);
        if (name === "small" && text === undefined) state.small = true;
        else if (name === "a") state.a = readNetwork(text, state.a.std);
        else if (name === "b") state.b = text === "none" ? null : readNetwork(text, state.b.std);
        else if (name === "show") state.show = number(name, text);
        else if (name === "task") state.task = text;
        else if (Object.hasOwn(SHARED, name)) {
            const field = SHARED[name];
            state[field] = NUMBERS.includes(field) ? number(name, text) : text;
        } else
            refuse(
                `it has "${clip(word)}"; it may have ${[...Object.keys(SHARED), "a", "b", "show"].join(", ")}`,
            );
    }

    function readNetwork(text = "", std) {
        const [whole, odd, ...more] = text.split(",");
        if (more.length)
            refuse(`the start "${clip(text)}" has ${more.length + 1} odd layers; one may differ`);
        if (odd === undefined) return { ...readStart(whole, std), odd: null };
        const [layer, start] = odd.split(/:(.*)/s);
        return {
            ...readStart(whole, std),
            odd: { layer: number("layer", layer), ...readStart(start, std) },
        };
    }

    function readStart(text = "", std) {
        const [start, own] = text.split(":");
        if ((start === "std") !== (own !== undefined))
            refuse(
                `"${clip(text)}" is no start; it has a number where the start is "std", as in std:0.3`,
            );
        return { start, std: own === undefined ? std : number("std", own) };
    }

    function number(name, text) {
        if (!/^\d*\.?\d+(e[-+]?\d+)?$/i.test(text ?? ""))
            refuse(`${name} is "${clip(text ?? "")}", not a number`);
        return Number(text);
    }

    function decode(text) {
        try {
            return decodeURIComponent(text);
        } catch {
            return text;
        }
    }

    const clip = (text) => (text.length > 30 ? `${text.slice(0, 30)}…` : text);
    const refuse = (why) => {
        throw new RangeError(`This address was not understood: ${why}.`);
    };
    return { defaults, settings, format, parse };
});
