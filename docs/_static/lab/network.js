"use strict";
/* A multilayer perceptron: one pass forward to the loss, and one back to the gradients. */

lab.define("network", (lab) => {
    const { product } = lab.get("matrix");
    const activations = lab.get("activations");

    /** Return a network of zeros: weights[l] holds W_l (sizes[l] x sizes[l + 1]) row by row. */
    function create(sizes, activation) {
        const ins = sizes.slice(0, -1);
        const arrays = (length) => ins.map((n, l) => new Float64Array(length(n, sizes[l + 1])));
        return {
            sizes,
            activation: activations.named(activation),
            weights: arrays((n, m) => n * m),
            biases: arrays((_, m) => m),
        };
    }

    /** Return the arrays of a pass of up to n samples: pre-activations z, activations a. */
    function room(net, n) {
        const matrices = () => net.sizes.slice(1).map((m) => new Float64Array(n * m));
        return { z: matrices(), a: matrices() };
    }

    /** Return a room for passes back too: d[l] = dL/dz_l, and gradients of weights and biases. */
    function roomBothWays(net, n) {
        const like = (arrays) => arrays.map((array) => new Float64Array(array.length));
        const oneWay = room(net, n);
        const d = like(oneWay.z);
        return { ...oneWay, d, weights: like(net.weights), biases: like(net.biases) };
    }

    /** Compute z and a of all layers for x (n x sizes[0]); the last layer's a are the logits. */
    function forward(net, x, n, to, until = net.weights.length) {
        for (let l = 0; l < until; l++) {
            const ins = net.sizes[l];
            const units = net.sizes[l + 1];
            const z = to.z[l];
            product(l ? to.a[l - 1] : x, ins, 1, net.weights[l], units, 1, z, n, units, ins);
            addToRows(z, net.biases[l], n);
            if (l === net.weights.length - 1) to.a[l].set(z.subarray(0, n * units));
            else apply(net.activation.value, z, to.a[l], n * units);
        }
    }

    function addToRows(z, bias, n) {
        const units = bias.length;
        for (let i = 0, at = 0; i < n; i++) {
            for (let u = 0; u < units; u++) z[at++] += bias[u];
        }
    }

    function apply(value, z, a, length) {
        for (let i = 0; i < length; i++) a[i] = value(z[i]);
    }

    /** Return the mean loss and the accuracy of n samples; dL/dz goes to the room if it has d. */
    function loss(net, y, n, from) {
        const last = net.weights.length - 1;
        const units = net.sizes[last + 1];
        const d = from.d ? from.d[last] : null;
        return (units === 1 ? sigmoidLoss : softmaxLoss)(from.a[last], y, n, units, d);
    }

    function sigmoidLoss(z, y, n, _units, d) {
        let total = 0, hits = 0;
        for (let i = 0; i < n; i++) {
            const sign = 2 * y[i] - 1;
            const margin = sign * z[i];
            const e = Math.exp(-Math.abs(margin));
            total += (margin < 0 ? -margin : 0) + Math.log1p(e);
            hits += (z[i] > 0 ? 1 : 0) === y[i] ? 1 : 0;
            if (d) d[i] = (-sign * ((margin < 0 ? 1 : e) / (1 + e))) / n;
        }
        return { loss: total / n, accuracy: hits / n };
    }

    function softmaxLoss(z, y, n, units, d) {
        let total = 0, hits = 0;
        for (let i = 0; i < n; i++) {
            const row = i * units;
            let best = 0;
            for (let k = 1; k < units; k++) if (z[row + k] > z[row + best]) best = k;
            let sum = 0;
            for (let k = 0; k < units; k++) sum += Math.exp(z[row + k] - z[row + best]);
            const normalizer = z[row + best] + Math.log(sum);
            total += normalizer - z[row + y[i]];
            hits += best === y[i] ? 1 : 0;
            for (let k = 0; d && k < units; k++) {
                d[row + k] = (Math.exp(z[row + k] - normalizer) - (k === y[i] ? 1 : 0)) / n;
            }
        }
        return { loss: total / n, accuracy: hits / n };
    }

    /** Compute dL/dz of all layers, and the gradients, after `forward` and `loss`. */
    function backward(net, x, n, to) {
        for (let l = net.weights.length - 1; l >= 0; l--) {
            const ins = net.sizes[l];
            const units = net.sizes[l + 1];
            const d = to.d[l];
            product(l ? to.a[l - 1] : x, 1, ins, d, units, 1, to.weights[l], ins, units, n);
            sumRows(d, to.biases[l], n);
            if (l) {
                product(d, units, 1, net.weights[l], 1, units, to.d[l - 1], n, ins, units);
                timesSlope(net.activation.slope, to, l - 1, n * ins);
            }
        }
    }

    function timesSlope(slope, { z, a, d }, l, length) {
        const zl = z[l], al = a[l], dl = d[l];
        for (let i = 0; i < length; i++) dl[i] *= slope(zl[i], al[i]);
    }

    function sumRows(d, sums, n) {
        const units = sums.length;
        sums.fill(0);
        for (let i = 0, at = 0; i < n; i++) {
            for (let u = 0; u < units; u++) sums[u] += d[at++];
        }
    }

    return { create, room, roomBothWays, forward, loss, backward };
});
