"use strict";
/* What the network answers: over the plane, or to the test images. */

lab.define("prediction", (lab) => {
    const network = lab.get("network");
    const CHUNK = 128; // samples at once, whose activations stay in the cache

    /** Return the centres of side x side squares of a box [x0, x1, y0, y1], from the top left. */
    function grid([x0, x1, y0, y1], side) {
        const points = new Float64Array(2 * side * side);
        for (let row = 0, at = 0; row < side; row++) {
            for (let column = 0; column < side; column++) {
                points[at++] = x0 + ((column + 0.5) / side) * (x1 - x0);
                points[at++] = y1 - ((row + 0.5) / side) * (y1 - y0);
            }
        }
        return points;
    }

    /** Call take(room, from, count) after passes forward over x, some samples at a time. */
    function inChunks(net, x, room, take) {
        const ins = net.sizes[0];
        for (let from = 0; from * ins < x.length; from += CHUNK) {
            const part = x.subarray(from * ins, (from + CHUNK) * ins);
            network.forward(net, part, part.length / ins, room);
            take(room, from, part.length / ins);
        }
    }

    /** Return logits over the points of a grid, and each unit's answers in layer l. */
    function plane(net, points, l, room) {
        const columns = points.length / 2;
        const units = net.sizes[l + 1];
        const boundary = new Float32Array(columns);
        const values = new Float32Array(units * columns);
        inChunks(net, points, room, ({ a }, from, count) => {
            for (let i = 0; i < count; i++) {
                boundary[from + i] = a[a.length - 1][i];
                for (let u = 0; u < units; u++) values[u * columns + from + i] = a[l][i * units + u];
            }
        });
        return { boundary, answers: { layer: l, units, columns, values } };
    }

    /** Return the confusion over images (true class by row), and mean answers in layer l by class. */
    function images(net, { x, y }, classes, l, room) {
        const units = net.sizes[l + 1];
        const confusion = new Int32Array(classes * classes);
        const values = new Float32Array(units * classes);
        const counts = new Int32Array(classes);
        for (const label of y) counts[label]++;
        inChunks(net, x, room, ({ a }, from, count) => {
            const logits = a[a.length - 1];
            for (let i = 0; i < count; i++) {
                const label = y[from + i];
                const row = logits.subarray(i * classes, (i + 1) * classes);
                confusion[label * classes + row.indexOf(Math.max(...row))]++;
                for (let u = 0; u < units; u++) {
                    values[u * classes + label] += a[l][i * units + u] / counts[label];
                }
            }
        });
        return { confusion, answers: { layer: l, units, columns: classes, values } };
    }

    const room = (net) => network.room(net, CHUNK);
    return { grid, plane, images, room };
});
