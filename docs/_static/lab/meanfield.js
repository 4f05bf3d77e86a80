"use strict";
/* The theory's line: second moments by layer of wide layers of independent random weights. */

lab.define("meanfield", (lab) => {
    const { activations, lengths } = lab.get("theory");
    const { law, variance } = lab.get("starts");
    const [first, step, count] = lengths;

    /** Return the second moment of phi(z), or of its slope, for z of variance q: from a table. */
    function moment(name, which, q) {
        const { log, beyond } = activations[name][which];
        if (q === 0 && which === "value") return activations[name].at_zero ** 2;
        const place = (Math.log(q) - first) / step;
        if (place < 0) return grown(log[0], beyond[0], q === 0 ? 0 : place);
        if (place > count - 1) return grown(log[count - 1], beyond[1], place - count + 1);
        const left = Math.min(Math.max(Math.floor(place) - 1, 0), count - 4);
        return Math.exp(cubic(log.slice(left, left + 4), place - left) / 1000);
    }

    /** Follow the power of q that holds beyond the table. */
    function grown(log, slope, places) {
        if (log === null || slope === null) return Infinity;
        return Math.exp(log / 1000 + slope * places * step);
    }

    /** Return the cubic through four values at 0, 1, 2, 3; infinite where one is. */
    function cubic(values, t) {
        if (values.includes(null)) return Infinity;
        const [a, b, c, d] = values;
        return (
            (-a * (t - 1) * (t - 2) * (t - 3) + 3 * b * t * (t - 2) * (t - 3)) / 6 +
            (-3 * c * t * (t - 1) * (t - 3) + d * t * (t - 1) * (t - 2)) / 6
        );
    }

    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

    /** Return lengths q by layer and sample: q = Var(W) |a|^2 + Var(b), with as many a as inputs. */
    function lengthsOf(name, sizes, squares, variances, noise) {
        const q = [];
        variances.forEach((factor, l) => {
            const arrives = l ? q[l - 1].map((value) => moment(name, "value", value)) : squares;
            const added = l < variances.length - 1 ? noise : 0;
            q.push(arrives.map((value) => sizes[l] * factor * value + added));
        });
        return q;
    }

    /** Return the lines {activations, gradients} (depth + 1 each), or why there are none.

    squares: the mean of x^2 of each sample; errors: the mean of (dL/dz)^2 over the outputs of each,
    from which the gradients set out. The variances of the weights are those of the laws, or, where
    the data decide as in LSUV, given. Those at the start decide, not those of now. */
    function lines(setting, sizes, squares, errors, given) {
        const laws = sizes.slice(1).map((_, l) => law(setting, l));
        if (laws.some(({ kind, value }) => kind === "constant" && value !== 0)) {
            const why = "Theory has no line here: it is about weights that are drawn independently.";
            return { lines: null, why };
        }
        const name = setting.activation;
        const own = (of, l) => variance(of, sizes[l], sizes[l + 1]);
        const variances = given || laws.map(own);
        const q = lengthsOf(name, sizes, squares, variances, setting.biases ** 2);
        const last = q.length - 1;
        const activationsLine = q.map((values, l) =>
            mean(l < last ? values.map((value) => moment(name, "value", value)) : values),
        );
        const gradients = back(name, sizes, q, variances, errors);
        const line = { activations: activationsLine, gradients };
        return { lines: line, why: "" };
    }

    /** Return the mean squares of dL/dz by layer: each layer multiplies by n Var(W) E phi'^2. */
    function back(name, sizes, q, variances, errors) {
        let g = errors;
        const line = [mean(g)];
        for (let l = q.length - 2; l >= 0; l--) {
            const factor = sizes[l + 2] * variances[l + 1];
            g = g.map((value, i) => value * factor * moment(name, "slope", q[l][i]));
            line.unshift(mean(g));
        }
        return line;
    }

    return { lines, moment };
});
