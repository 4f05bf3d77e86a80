"use strict";
/* The measures of each layer, as weightinit.tracing defines them. */

lab.define("measures", (lab) => {
    const { activations, bounds } = lab.get("theory");

    /** Return the mean square of the first `length` entries. */
    function meanSquare(x, length = x.length) {
        let sum = 0;
        for (let i = 0; i < length; i++) sum += x[i] * x[i];
        return sum / length;
    }

    /** Return the share of pre-activations where the slope is below 1 % of its largest. */
    function saturated(z, length, flat) {
        let count = 0;
        for (let i = 0; i < length && flat !== null; i++) if (Math.abs(z[i]) > flat) count++;
        return count / length;
    }

    /** Return how many units have slope 0 on every sample. */
    function dead(slope, z, a, units, length) {
        let count = 0;
        for (let u = 0; u < units; u++) {
            let at = u;
            while (at < length && slope(z[at], a[at]) === 0) at += units;
            if (at >= length) count++;
        }
        return count;
    }

    /** Return how many units differ in incoming weights, or in their gradients, beyond rounding. */
    function distinct(parts, gradients, units, tolerance) {
        const limits = [parts, gradients].map((arrays) => tolerance * largest(arrays));
        const kept = [];
        for (let u = 0; u < units; u++) {
            const isCopy = (v) =>
                near(parts, u, v, units, limits[0]) && near(gradients, u, v, units, limits[1]);
            if (!kept.some(isCopy)) kept.push(u);
        }
        return kept.length;
    }

    /** Return how many units have the weights of another one, beyond rounding, and not all zero. */
    function copied(parts, units, tolerance) {
        const limit = tolerance * largest(parts);
        const isOn = (u) => parts[0].some((w, at) => at % units === u && w !== 0);
        const on = Array.from({ length: units }, (_, u) => u).filter(isOn);
        const isFirst = (u, place) => !on.slice(0, place).some((v) => near(parts, u, v, units, limit));
        return on.length - on.filter(isFirst).length;
    }

    function largest(arrays) {
        let most = 0;
        for (const array of arrays) for (const x of array) most = Math.max(most, Math.abs(x));
        return Number.isFinite(most) ? most : 1;
    }

    function near(arrays, u, v, units, limit) {
        return arrays.every((array) => {
            for (let row = 0; row < array.length; row += units) {
                if (!(Math.abs(array[row + u] - array[row + v]) <= limit)) return false;
            }
            return true;
        });
    }

    /** Return |W - before| / |W|; 0 where W did not move. */
    function update(weight, before) {
        let change = 0, size = 0;
        for (let i = 0; i < weight.length; i++) {
            const moved = weight[i] - before[i];
            change += moved * moved;
            size += weight[i] * weight[i];
        }
        return change === 0 ? 0 : Math.sqrt(change / size);
    }

    /** Measure all layers after a pass both ways over n samples; `before`: weights a step ago.

    Each entry has one number a layer (depth + 1): second moments of activations and of dL/dz,
    counts of distinct, copied and dead units, the share of saturated values, update over weight. */
    function layers(net, name, pass, n, before) {
        const { flat } = activations[name];
        const { slope } = net.activation;
        const last = net.weights.length - 1;
        const each = (measure) => net.weights.map((_, l) => measure(l, n * net.sizes[l + 1]));
        const tolerance = (l) => (n + net.sizes[l] + 1) * bounds.eps;
        const parts = (l) => [net.weights[l], net.biases[l]];
        const differ = (l) => {
            const gradients = [pass.weights[l], pass.biases[l]];
            return distinct(parts(l), gradients, net.sizes[l + 1], tolerance(l));
        };
        const same = (l) => copied(parts(l), net.sizes[l + 1], tolerance(l));
        const off = (l, length) => dead(slope, pass.z[l], pass.a[l], net.sizes[l + 1], length);
        return {
            activations: Float64Array.from(each((l, length) => meanSquare(pass.a[l], length))),
            gradients: Float64Array.from(each((l, length) => meanSquare(pass.d[l], length))),
            update: Float64Array.from(each((l) => update(net.weights[l], before[l]))),
            saturated: Float64Array.from(
                each((l, length) => (l < last ? saturated(pass.z[l], length, flat) : 0)),
            ),
            distinct: Int32Array.from(each(differ)),
            copied: Int32Array.from(each(same)),
            dead: Int32Array.from(each((l, length) => (l < last ? off(l, length) : 0))),
            units: Int32Array.from(net.sizes.slice(1)),
            moves: Int32Array.from(each((l) => (pass.weights[l].some((g) => g !== 0) ? 1 : 0))),
        };
    }

    return { layers, meanSquare };
});
