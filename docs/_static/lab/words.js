"use strict";
/* One sentence, or two, about what is happening: what stands out first, then how it learns.

The bounds are the judge's. What it does not mention may be wrong all the same. */

lab.define("words", (lab) => {
    const { activations, bounds, data } = lab.get("theory");
    const { erfc } = lab.get("activations");

    const percent = (share) => `${Math.round(100 * share)} %`;
    const noun = (setting) => (data[setting.data].inputs === 2 ? "point" : "image");
    const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

    /** Return the hidden layers [0, 1, ...] for which a test holds. */
    function hidden({ units }, test) {
        return Array.from(units.subarray(0, -1), (_, l) => l).filter(test);
    }

    /** Name layers as a reader counts them, from 1. */
    function named(layers, depth) {
        if (layers.length === depth) return depth === 1 ? "the hidden layer" : "each hidden layer";
        return layers.length === 1 ? `layer ${layers[0] + 1}` : `${layers.length} layers`;
    }

    function stuck({ layers }) {
        if (layers.moves.some(Boolean)) return "";
        return (
            "No weight has a gradient, so that none of them moves: at most the output's bias learns " +
            "how common the labels are."
        );
    }

    function copies({ layers }, { depth }) {
        const { distinct, units } = layers;
        const less = hidden(layers, (l) => distinct[l] < units[l]);
        if (!less.length) return "";
        const single = less.filter((l) => distinct[l] === 1);
        if (single.length) {
            const all = `all ${units[single[0]]} units of ${named(single, depth)}`;
            return `${all[0].toUpperCase()}${all.slice(1)} are copies: one unit does the work.`;
        }
        const [l] = less;
        return `${units[l] - distinct[l]} of the ${units[l]} units of layer ${l + 1} are copies of others.`;
    }

    function alike({ layers }) {
        const { copied, distinct, units } = layers;
        const most = (l) => copied[l] >= bounds.copied * units[l] && distinct[l] === units[l];
        const [l] = hidden(layers, most);
        if (l === undefined) return "";
        return (
            `${copied[l]} of the ${units[l]} units of layer ${l + 1} compute what another one does; ` +
            "their gradients differ, which parts them."
        );
    }

    function off({ layers }, setting) {
        const { activation, depth } = setting;
        if (!activations[activation].dies) return "";
        const { dead, units } = layers;
        const whole = hidden(layers, (l) => dead[l] === units[l]);
        if (whole.length) {
            return `All units of layer ${whole[0] + 1} are off for every ${noun(setting)}: nothing gets through.`;
        }
        const total = dead.reduce((sum, n) => sum + n, 0);
        const share = total / (depth * units[0]);
        if (share <= bounds.off) return "";
        const told = count(total, "hidden unit");
        return `${told} (${percent(share)}) ${total === 1 ? "is" : "are"} off for every ${noun(setting)}.`;
    }

    /** Return how many times a healthy second moment may fall or grow over these layers. */
    function allowed(layers, activation, width) {
        const chance = Math.sqrt((activations[activation].noise * layers) / width);
        const grow = bounds.allowed[layers - 1] * Math.exp(bounds.sigmas * chance);
        return { grow, fade: Math.max(grow, bounds.too_far) };
    }

    function flow(what, values, { activation, depth, width }) {
        if (depth < 2) return "";
        const forward = what === "signal";
        const path = forward ? [0, depth - 1] : [depth - 1, 0];
        const ratio = values[path[1]] / values[path[0]];
        const { grow, fade } = allowed(depth, activation, width);
        if (!(ratio * fade < 1 || ratio > grow)) return "";
        const [from, to] = path.map((l) => l + 1);
        const told = ratio < 1 ? "fades" : "grows";
        return (
            `The ${what} ${told}: layer ${to} has ${ratio.toExponential(0)} of the mean square of ` +
            `layer ${from}${forward ? "" : ", on its way back"}.`
        );
    }

    function saturated({ layers }, { activation }) {
        const { flat, scale, noise } = activations[activation];
        if (flat === null) return "";
        const chance = bounds.sigmas * Math.sqrt(noise / layers.units[0]);
        const q = 2 * scale * Math.exp(chance);
        const most = bounds.margin * erfc(flat / Math.sqrt(2 * q));
        const [l] = hidden(layers, (k) => layers.saturated[k] > most);
        if (l === undefined) return "";
        return `${percent(layers.saturated[l])} of the values of layer ${l + 1} lie on the flat ends of ${activation}.`;
    }

    /** Return the loss of the best answer that does not look at the points. */
    function constantLoss(name) {
        const { y, train, classes } = data[name];
        const shares = Array(classes).fill(0);
        for (const label of y.slice(0, train)) shares[label] += 1 / train;
        return shares.reduce((sum, p) => (p ? sum - p * Math.log(p) : sum), 0);
    }

    function progress({ loss, accuracy, testAccuracy }, session) {
        const what = noun(session.setting);
        const right =
            `${percent(accuracy)} of the training ${what}s are right, ` +
            `${percent(testAccuracy)} of the others`;
        if (session.step === 0) return `At the start ${right}.`;
        const guess = constantLoss(session.setting.data);
        if (loss > session.first.loss && loss > guess) {
            return `The loss is ${loss.toPrecision(2)}, above the ${session.first.loss.toPrecision(2)} of the start; ${right}.`;
        }
        if (loss > 0.98 * guess) {
            return `The loss is ${loss.toPrecision(2)}; an answer that looks at no ${what} has ${guess.toPrecision(2)}.`;
        }
        return `The loss is ${loss.toPrecision(2)}: ${right}.`;
    }

    /** Say what is worth a look where nothing stands out: a tenth, or ten times, is told. */
    function aside({ layers }, { activation, depth }) {
        const { gradients, saturated: flat } = layers;
        const ratio = depth > 1 ? gradients[0] / gradients[depth - 1] : 1;
        if (ratio < 0.1 || ratio > 10) {
            return `The gradient's mean square at layer 1 is ${Number(ratio.toPrecision(1))} times that at layer ${depth}.`;
        }
        const l = flat.indexOf(Math.max(...flat));
        if (flat[l] < 0.1) return "";
        return `${percent(flat[l])} of the values of layer ${l + 1} lie on the flat ends of ${activation}.`;
    }

    /** Say what is happening in a session {setting, step, finite, first, seen}, in words. */
    function sentence(session) {
        const { setting, seen, step, finite } = session;
        if (!finite) {
            return (
                `After ${count(step, "step")} the numbers are no longer finite: the steps were too ` +
                "large. Try a smaller rate, or start from smaller weights."
            );
        }
        const looks = [
            stuck(seen),
            copies(seen, setting),
            alike(seen),
            off(seen, setting),
            flow("signal", seen.layers.activations, setting),
            flow("gradient", seen.layers.gradients, setting),
            saturated(seen, setting),
        ];
        const first = looks.find(Boolean) || aside(seen, setting);
        return [first, progress(seen, session)].filter(Boolean).join(" ");
    }

    return { sentence, constantLoss };
});
