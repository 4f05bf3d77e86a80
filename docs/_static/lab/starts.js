"use strict";
/* Starts: how weights are drawn, by the laws that the package states. */

lab.define("starts", (lab) => {
    const { starts, activations } = lab.get("theory");

    /** Return the law of layer l of a setting: {kind, ...}, as docs/_ext/lab_theory.py writes it. */
    function law(setting, l) {
        const chosen = setting.odd && setting.odd.layer === l ? setting.odd : setting;
        const of = starts[chosen.start];
        if (of.kind === "own") return { ...starts.std1, factor: chosen.std * chosen.std };
        if (of.kind === "recommended") return activations[setting.activation].recommended;
        return of.kind === "lsuv" ? starts.orthogonal : of;
    }

    /** Return the variance of a weight of this law between so many inputs and outputs. */
    function variance({ kind, factor, n, gain }, ins, outs) {
        if (kind === "constant") return 0;
        if (kind === "orthogonal") return (gain * gain) / Math.max(ins, outs);
        return factor / (n[0] + n[1] * ins + n[2] * outs);
    }

    /** Fill a weight (ins x outs, row by row) from a law and a stream of random numbers. */
    function fill(weight, of, ins, outs, random) {
        if (of.kind === "constant") {
            weight.fill(of.value);
            return;
        }
        if (of.kind === "orthogonal") {
            orthogonal(weight, ins, outs, of.gain, random);
            return;
        }
        const std = Math.sqrt(variance(of, ins, outs));
        const draw =
            of.kind === "uniform"
                ? () => of.reach * (2 * random.uniform() - 1)
                : random.normal;
        for (let i = 0; i < weight.length; i++) weight[i] = std * draw();
    }

    /** Fill a matrix with gain times an orthogonal one, evenly drawn: columns or rows, the fewer.

    Gram and Schmidt of a normal matrix makes R's diagonal positive, which is what makes Q Haar
    (Mezzadri 2007). A second round takes out what rounding left of the others. */
    function orthogonal(weight, ins, outs, gain, random) {
        const long = Math.max(ins, outs);
        const vectors = [];
        for (let k = 0; k < Math.min(ins, outs); k++) {
            const v = Float64Array.from({ length: long }, random.normal);
            for (let round = 0; round < 2; round++) {
                for (const u of vectors) subtract(v, u, dot(u, v));
                const length = Math.sqrt(dot(v, v));
                for (let i = 0; i < long; i++) v[i] /= length;
            }
            vectors.push(v);
        }
        for (let i = 0; i < ins; i++) {
            for (let u = 0; u < outs; u++) {
                weight[i * outs + u] = gain * (ins >= outs ? vectors[u][i] : vectors[i][u]);
            }
        }
    }

    function dot(u, v) {
        let sum = 0;
        for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
        return sum;
    }

    function subtract(v, u, factor) {
        for (let i = 0; i < v.length; i++) v[i] -= factor * u[i];
    }

    return { law, variance, fill };
});
