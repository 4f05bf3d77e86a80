"use strict";
/* Optimizers: change arrays in place by their gradients, as those of weightinit.training do. */

lab.define("optimizers", (lab) => {
    const { optimizers } = lab.get("theory");

    function sgd(theta, g, rate) {
        for (let i = 0; i < theta.length; i++) theta[i] -= rate * g[i];
    }

    function withMomentum(theta, g, rate, [v], { momentum }) {
        for (let i = 0; i < theta.length; i++) {
            v[i] = momentum * v[i] + g[i];
            theta[i] -= rate * v[i];
        }
    }

    function adam(theta, g, rate, [m, s], { beta1, beta2, epsilon }, t) {
        const mScale = 1 - beta1 ** t;
        const sScale = 1 - beta2 ** t;
        for (let i = 0; i < theta.length; i++) {
            m[i] += (1 - beta1) * (g[i] - m[i]);
            s[i] += (1 - beta2) * (g[i] * g[i] - s[i]);
            theta[i] -= (rate * (m[i] / mScale)) / (Math.sqrt(s[i] / sScale) + epsilon);
        }
    }

    const rules = { sgd: [sgd, 0], momentum: [withMomentum, 1], adam: [adam, 2] };

    /** Return step(gradients), which changes parameters (arrays) by gradients of like shapes. */
    function create(name, parameters, rate) {
        const [rule, slots] = rules[name];
        const memories = parameters.map((theta) =>
            Array.from({ length: slots }, () => new Float64Array(theta.length)),
        );
        let t = 0;
        return function step(gradients) {
            t += 1;
            for (let p = 0; p < parameters.length; p++) {
                rule(parameters[p], gradients[p], rate, memories[p], optimizers[name], t);
            }
        };
    }

    return { create };
});
