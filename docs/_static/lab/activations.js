"use strict";
/* Activation functions and their slopes, each of a number: the formulas of the package. */

lab.define("activations", (lab) => {
    const { constants } = lab.get("theory");
    const { alpha, lambda } = constants.selu;
    const cubic = constants.gelu_cubic;
    const leak = constants.leaky_relu;
    const SCALE = Math.sqrt(2 / Math.PI);
    const DENSITY = 1 / Math.sqrt(2 * Math.PI);
    const { abs, cos, exp, expm1, log1p, sin } = Math;
    const clip = (x, low, high) => (x < low ? low : x > high ? high : x); // NaN passes

    const sigmoid = (x) => {
        const e = exp(-abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    };
    const bell = (x) => {
        const e = exp(-abs(x));
        return e / ((1 + e) * (1 + e));
    };
    const softplus = (x) => (x < 0 ? 0 : x) + log1p(exp(-abs(x)));
    const sech2 = (x) => {
        const e = exp(-abs(x));
        const sech = (2 * e) / (1 + e * e);
        return sech * sech;
    };

    /** Return erfc(z), z >= 0, by the series of log(erfc(z) exp(z^2) / t) in t = 2 / (2 + z). */
    function erfc(z) {
        const t = 2 / (2 + z);
        const twice = 4 * t - 2;
        let here = 0, before = 0;
        for (let k = constants.erfc.length - 1; k > 0; k--) {
            [here, before] = [twice * here - before + constants.erfc[k], here];
        }
        return t * exp(-z * z + (twice / 2) * here - before + constants.erfc[0]);
    }
    const cdf = (x) => {
        const tail = erfc(abs(x) * Math.SQRT1_2) / 2;
        return x < 0 ? tail : 1 - tail;
    };
    const bend = (x) => {
        const z = clip(x, -20, 20);
        return 2 * SCALE * (z + cubic * z * z * z);
    };
    const bendSlope = (x) => {
        const z = clip(x, -20, 20);
        return 2 * SCALE * (1 + 3 * cubic * z * z);
    };

    // phi(x), and its slope from x and y = phi(x): from y where no digits cancel
    const all = {
        linear: [(x) => x, () => 1],
        relu: [(x) => (x < 0 ? 0 : x), (x) => (x > 0 ? 1 : 0)],
        leaky_relu: [(x) => (x > 0 ? x : leak * x), (x) => (x > 0 ? 1 : leak)],
        relu6: [(x) => clip(x, 0, 6), (x) => (x > 0 && x < 6 ? 1 : 0)],
        elu: [(x) => (x > 0 ? x : expm1(x)), (x) => (x > 0 ? 1 : exp(x))],
        selu: [
            (x) => lambda * (x > 0 ? x : alpha * expm1(x)),
            (x) => lambda * (x > 0 ? 1 : alpha * exp(x)),
        ],
        tanh: [Math.tanh, (x, y) => (abs(y) < 0.9 ? 1 - y * y : sech2(x))],
        sigmoid: [sigmoid, (x, y) => (y < 0.9 ? y * (1 - y) : bell(x))],
        softplus: [softplus, sigmoid],
        softsign: [(x) => x / (1 + abs(x)), (x) => 1 / ((1 + abs(x)) * (1 + abs(x)))],
        gelu: [(x) => x * cdf(x), (x) => cdf(x) + x * DENSITY * exp(-0.5 * x * x)],
        gelu_tanh: [
            (x) => x * sigmoid(bend(x)),
            (x) => sigmoid(bend(x)) + x * bell(bend(x)) * bendSlope(x),
        ],
        silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) + x * bell(x)],
        mish: [
            (x) => x * Math.tanh(softplus(x)),
            (x) => Math.tanh(softplus(x)) + x * sech2(softplus(x)) * sigmoid(x),
        ],
        hardswish: [
            (x) => x * (clip(x + 3, 0, 6) / 6),
            (x) => (abs(x) < 3 ? x / 3 + 0.5 : x > 0 ? 1 : 0),
        ],
        hardtanh: [(x) => clip(x, -1, 1), (x) => (abs(x) < 1 ? 1 : 0)],
        sine: [sin, cos],
        exponential: [exp, (x, y) => y],
    };

    /** Return {value(x), slope(x, y)} of an activation, where y = value(x). */
    function named(name) {
        const [value, slope] = all[name];
        return { value, slope };
    }

    return { named, names: Object.keys(all), erfc };
});
