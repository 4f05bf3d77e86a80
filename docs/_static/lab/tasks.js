/* The checks of the ten challenges, whose texts are on the page (lab.md), by their ids. Each asks for a guess about its setting:
   the first of `options` that holds after `at` steps came true; then `check` looks at what the reader makes of it.
   `view`: {a, b: runs as in panels.js, b may be missing; trials: what was run since the challenge was opened}. */
"use strict";
lab.define("tasks", () => {
    const hidden = (run, what) => Array.from(run.now.layers[what]).slice(0, run.setting.depth);
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    const all = (run, start) => run.setting.start.startsWith(start) && !run.setting.odd;
    const fell = ({ history: { loss } }) => 1 - loss.at(-1) / loss[0];
    const isHe = (run) => all(run, "he_") && run.setting.activation === "relu";

    /** Return what share of the map two networks answer alike. */
    function alike({ now: { boundary: p } }, { now: { boundary: q } }) {
        return sum(Array.from(p, (z, i) => z > 0 === q[i] > 0)) / p.length;
    }

    /** Return two tried rates at most 2 apart, of which the smaller worked and the larger failed, or null. */
    function bracket(trials) {
        const he = trials.filter(
            (one) => isHe(one) && one.setting.optimizer === "sgd" && one.at300 !== undefined,
        );
        const pairs = he.flatMap((p) => he.map((q) => [p, q]));
        const rest = ({ setting: { rate, ...others } }) => JSON.stringify(others);
        const found = pairs.find(
            ([p, q]) =>
                p.at300 >= 0.95 &&
                q.at300 < 0.75 &&
                p.setting.rate < q.setting.rate &&
                q.setting.rate <= 2 * p.setting.rate &&
                rest(p) === rest(q),
        );
        return found ? found.map(({ setting }) => setting.rate) : null;
    }

    const LOSS = [({ a }) => fell(a) > 0.1, ({ a }) => Math.abs(fell(a)) < 0.01, () => true];

    return [
        {
            id: "hidden-zero",
            state: "depth=1&rate=1&batch=300&a=zeros&b=none",
            options: LOSS,
            at: 200,
            check: ({ a }) =>
                a.setting.data === "ring" &&
                a.setting.start === "zeros" &&
                (a.setting.odd?.layer ?? a.setting.depth) === a.setting.depth &&
                a.now.accuracy >= 0.9,
        },
        {
            id: "own-std",
            state: "depth=20&width=32&act=relu&a=std:0.1&b=none",
            options: [
                ({ a }) => ratio(a) > 0.1 && ratio(a) < 10,
                ({ a }) => ratio(a) < 1e-6,
                () => true,
            ],
            at: 0,
            check: ({ a }) =>
                a.setting.depth === 20 &&
                a.setting.width === 32 &&
                a.setting.activation === "relu" &&
                all(a, "std") &&
                a.setting.start === "std" &&
                a.now.step === 0 &&
                hidden(a, "activations").every((v, _, [first]) => v > first / 10 && v < first * 10),
        },
        {
            id: "one-layer",
            state: "rate=1&batch=300&a=constant&b=none",
            options: [
                ({ a }) => a.now.layers.distinct[1] === 1,
                ({ a }) => a.now.layers.distinct[1] === 8,
                () => true,
            ],
            at: 100,
            check: ({ a }) =>
                a.setting.depth === 2 &&
                a.setting.width >= 8 &&
                a.setting.start === "constant" &&
                a.setting.biases === 0 &&
                a.now.step > 0 &&
                hidden(a, "distinct").every((n, i) => n === a.now.layers.units[i]),
        },
        {
            id: "half-dead",
            state: "depth=3&act=relu&rate=0.3&batch=300&a=he_normal&b=none",
            options: [
                ({ a }) => sum(hidden(a, "dead")) === 0,
                ({ a }) => sum(hidden(a, "dead")) < 12,
                () => true,
            ],
            at: 300,
            check: ({ a }) =>
                isHe(a) &&
                a.setting.biases === 0 &&
                a.now.finite &&
                a.now.step > 0 &&
                2 * sum(hidden(a, "dead")) >= sum(hidden(a, "units")),
        },
        {
            id: "adam",
            state: "depth=3&act=relu&rate=0.1&batch=300&a=small&b=none",
            options: LOSS,
            at: 500,
            check: ({ a }) =>
                a.setting.data === "ring" &&
                a.setting.depth >= 3 &&
                all(a, "small") &&
                a.now.accuracy >= 0.95 &&
                a.now.step <= 500,
        },
        {
            id: "rate",
            state: "depth=3&act=relu&rate=0.3&batch=300&a=he_normal&b=none",
            options: [
                ({ trials }) => bracket(trials)?.[1] < 1,
                ({ trials }) => bracket(trials)?.[1] <= 10,
                () => true,
            ],
            check: ({ trials }) => bracket(trials) !== null,
        },
        {
            id: "alike",
            state: "rate=0.5&batch=300&a=zeros&b=xavier_normal",
            options: [
                ({ a, b }) => b.now.accuracy - a.now.accuracy >= 0.2,
                ({ a, b }) => Math.abs(b.now.accuracy - a.now.accuracy) < 0.05,
                () => true,
            ],
            at: 300,
            check: ({ a, b }) =>
                Boolean(b) &&
                a.color !== b.color &&
                a.now.step >= 100 &&
                Boolean(a.now.boundary && b.now.boundary) &&
                Math.min(a.now.accuracy, b.now.accuracy) >= 0.95 &&
                alike(a, b) >= 0.95,
        },
        {
            id: "deep-tanh",
            state: "depth=30&width=16&rate=0.1&batch=300&a=small&b=none",
            options: LOSS,
            at: 100,
            check: ({ a }) =>
                a.setting.data === "ring" &&
                a.setting.depth === 30 &&
                a.setting.activation === "tanh" &&
                a.now.accuracy >= 0.95,
        },
        {
            id: "memorize",
            state: "data=digits&width=32&opt=adam&rate=0.003&batch=50&a=he_normal&b=xavier_normal",
            options: [
                ({ a, b }) => apart(a, b) < 0.03,
                ({ a, b }) => apart(a, b) <= 0.1,
                () => true,
            ],
            at: 300,
            check: ({ a, b }) =>
                Boolean(b) &&
                a.setting.data === "digits" &&
                Math.min(a.now.accuracy, b.now.accuracy) >= 0.95 &&
                apart(a, b) >= 0.1,
        },
        {
            id: "unlucky",
            state: "depth=10&width=4&act=relu&a=he_normal&b=none",
            options: [
                ({ trials }) => seeds(trials) <= 5,
                ({ trials }) => seeds(trials) <= 30,
                () => true,
            ],
            check: ({ a }) =>
                isHe(a) &&
                a.setting.depth === 10 &&
                a.setting.width === 4 &&
                a.setting.biases === 0 &&
                a.now.step === 0 &&
                a.now.layers.activations[9] === 0,
        },
    ];

    function ratio(run) {
        const signal = hidden(run, "activations");
        return signal.at(-1) / signal[0];
    }
    function apart(a, b) {
        return Math.abs(a.now.testAccuracy - b.now.testAccuracy);
    }
    function seeds(trials) {
        return new Set(trials.map(({ setting }) => setting.seed)).size;
    }
});
