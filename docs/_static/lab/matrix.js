"use strict";
/* The product of two matrices, in tiles of 4 x 4: most operands stay in registers. */

lab.define("matrix", () => {
    /** C (P x Q) = X Y, where X[p, r] is at p xp + r xr, Y[r, q] at r yr + q yq; C row by row. */
    function product(X, xp, xr, Y, yr, yq, C, P, Q, R) {
        const wholeP = P - (P % 4);
        const wholeQ = Q - (Q % 4);
        for (let p = 0; p < wholeP; p += 4) {
            for (let q = 0; q < wholeQ; q += 4) tile(X, xp, xr, Y, yr, yq, C, Q, R, p, q);
        }
        for (let p = 0; p < P; p++) {
            for (let q = p < wholeP ? wholeQ : 0; q < Q; q++) {
                C[p * Q + q] = dot(X, p * xp, xr, Y, q * yq, yr, R);
            }
        }
    }

    /** Compute 4 x 4 entries of C; `| 0` says that an index is an integer, which makes it fast. */
    function tile(X, xp, xr, Y, yr, yq, C, Q, R, p, q) {
        let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
        let c0 = 0, c1 = 0, c2 = 0, c3 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
        let ia = (p * xp) | 0, ib = (ia + xp) | 0, ic = (ib + xp) | 0, id = (ic + xp) | 0;
        let i0 = (q * yq) | 0, i1 = (i0 + yq) | 0, i2 = (i1 + yq) | 0, i3 = (i2 + yq) | 0;
        for (let r = 0; r < R; r++) {
            const a = X[ia], b = X[ib], c = X[ic], d = X[id];
            let y = Y[i0];
            a0 += a * y; b0 += b * y; c0 += c * y; d0 += d * y;
            y = Y[i1];
            a1 += a * y; b1 += b * y; c1 += c * y; d1 += d * y;
            y = Y[i2];
            a2 += a * y; b2 += b * y; c2 += c * y; d2 += d * y;
            y = Y[i3];
            a3 += a * y; b3 += b * y; c3 += c * y; d3 += d * y;
            ia = (ia + xr) | 0; ib = (ib + xr) | 0; ic = (ic + xr) | 0; id = (id + xr) | 0;
            i0 = (i0 + yr) | 0; i1 = (i1 + yr) | 0; i2 = (i2 + yr) | 0; i3 = (i3 + yr) | 0;
        }
        let at = p * Q + q;
        C[at] = a0; C[at + 1] = a1; C[at + 2] = a2; C[at + 3] = a3;
        at += Q;
        C[at] = b0; C[at + 1] = b1; C[at + 2] = b2; C[at + 3] = b3;
        at += Q;
        C[at] = c0; C[at + 1] = c1; C[at + 2] = c2; C[at + 3] = c3;
        at += Q;
        C[at] = d0; C[at + 1] = d1; C[at + 2] = d2; C[at + 3] = d3;
    }

    function dot(X, from, xr, Y, start, yr, R) {
        let sum = 0, x = from, y = start;
        for (let r = 0; r < R; r++) {
            sum += X[x] * Y[y];
            x += xr;
            y += yr;
        }
        return sum;
    }

    return { product };
});
