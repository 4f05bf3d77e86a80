"use strict";
/* Settings: what can be set, within which limits, and what is refused. */

lab.define("settings", (lab) => {
    const theory = lab.get("theory");
    const CHOICES = ["data", "activation", "start", "optimizer"];
    const WHOLE = ["depth", "width", "batch", "seed"];
    const REAL = ["std", "biases", "rate"];
    const options = {
        data: Object.keys(theory.data),
        activation: Object.keys(theory.activations),
        start: Object.keys(theory.starts),
        optimizer: Object.keys(theory.optimizers),
    };

    function refuse(name, value, allowed) {
        throw new RangeError(`${name} must be ${allowed}, got ${JSON.stringify(value)}`);
    }

    function checkChoice(name, value, allowed) {
        if (!allowed.includes(value)) refuse(name, value, `one of ${allowed.join(", ")}`);
    }

    function checkNumber(name, value, [low, high], whole) {
        const fits = whole ? Number.isInteger(value) : Number.isFinite(value);
        if (!fits || value < low || value > high) {
            refuse(name, value, `a ${whole ? "whole " : ""}number from ${low} to ${high}`);
        }
    }

    function checkOdd(odd, { depth, std }) {
        if (odd === null) return null;
        if (typeof odd !== "object") refuse("odd", odd, "null or a layer with its start");
        const full = { std, ...odd };
        checkNumber("the odd layer", full.layer, [0, depth], true);
        checkChoice("the odd layer's start", full.start, options.start.filter((s) => s !== "lsuv"));
        checkNumber("the odd layer's std", full.std, theory.limits.std, false);
        return { layer: full.layer, start: full.start, std: full.std };
    }

    /** Return a setting with defaults for what is left out; a RangeError says what is wrong. */
    function check(setting) {
        const unknown = Object.keys(setting).filter((name) => !(name in theory.defaults));
        if (unknown.length) {
            refuse("a setting", unknown[0], `one of ${Object.keys(theory.defaults).join(", ")}`);
        }
        const full = { ...theory.defaults, ...setting };
        for (const name of CHOICES) checkChoice(name, full[name], options[name]);
        for (const name of WHOLE) checkNumber(name, full[name], theory.limits[name], true);
        for (const name of REAL) checkNumber(name, full[name], theory.limits[name], false);
        return { ...full, odd: checkOdd(full.odd, full) };
    }

    /** Return the sizes of input, hidden layers and output of a setting. */
    function sizes({ data, depth, width }) {
        const { inputs, outputs } = theory.data[data];
        return [inputs, ...Array(depth).fill(width), outputs];
    }

    return { check, sizes, options };
});
