/* Pictures on canvas: what the network answers in the plane, which digits it confuses, and what each unit of a layer answers. */
"use strict";
lab.define("maps", () => {
    const css = (name) => getComputedStyle(document.body).getPropertyValue(`--fig-${name}`).trim();
    const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

    /** Return a canvas's context, as large as it is shown, and its width and height in CSS pixels. */
    function fresh(canvas, height) {
        const dpr = window.devicePixelRatio || 1;
        const width = canvas.clientWidth || 240;
        const high = Math.max(height(width), 1);
        canvas.width = Math.round(width * dpr);
        canvas.height = Math.round(high * dpr);
        canvas.style.aspectRatio = `${width} / ${high}`;
        const context = canvas.getContext("2d");
        context.scale(dpr, dpr);
        return { context, width, height: high };
    }

    /* A square of values as an image: `tint(value)` is [r, g, b, alpha from 0 to 255]. */
    function image(values, offset, side, tint) {
        const small = document.createElement("canvas");
        small.width = small.height = side;
        const context = small.getContext("2d");
        const picture = context.createImageData(side, side);
        for (let i = 0; i < side * side; i++) picture.data.set(tint(values[offset + i]), 4 * i);
        context.putImageData(picture, 0, 0);
        return small;
    }

    /**
     * Draw the plane: where a network says 1 in the colour of its start, the border, and the points.
     * `logits`: side * side, rows from the top; `box`: [x0, x1, y0, y1]; `points`: {x, y, n}.
     */
    function boundary(canvas, { logits, box, points, color }) {
        const { context, width } = fresh(canvas, (w) => w);
        const side = Math.round(Math.sqrt(logits.length));
        const hue = rgb(css(color));
        const tint = (z) => [...hue, z > 0 ? 40 + 100 * (2 / (1 + Math.exp(-z)) - 1) : 0];
        context.imageSmoothingEnabled = true;
        context.drawImage(image(logits, 0, side, tint), 0, 0, width, width);
        context.strokeStyle = css(color);
        context.lineWidth = 1.5;
        contour(context, logits, side, width / (side - 1));
        const [x0, x1, y0, y1] = box;
        const radius = Math.max(1.6, width / 130);
        context.lineWidth = 1;
        for (let i = 0; i < points.n; i++) {
            context.beginPath();
            context.arc(
                ((points.x[2 * i] - x0) / (x1 - x0)) * width,
                ((y1 - points.x[2 * i + 1]) / (y1 - y0)) * width,
                radius,
                0,
                7,
            );
            context.fillStyle = css(points.y[i] ? color : "paper");
            context.strokeStyle = css(points.y[i] ? "paper" : "muted");
            context.fill();
            context.stroke();
        }
    }

    /* The line where the logit is 0: in each cell of the grid, the segments between edges that it crosses. */
    function contour(context, z, side, step) {
        context.beginPath();
        for (let row = 0; row + 1 < side; row++)
            for (let column = 0; column + 1 < side; column++) {
                const at = row * side + column;
                const corners = [
                    [0, 0, z[at]],
                    [1, 0, z[at + 1]],
                    [1, 1, z[at + side + 1]],
                    [0, 1, z[at + side]],
                ];
                const crossed = corners.flatMap(([x, y, v], i) => {
                    const [u, w, next] = corners[(i + 1) % 4];
                    const t = v / (v - next);
                    return v > 0 === next > 0
                        ? []
                        : [[(column + x + t * (u - x)) * step, (row + y + t * (w - y)) * step]];
                });
                for (let i = 0; i + 1 < crossed.length; i += 2) {
                    context.moveTo(...crossed[i]);
                    context.lineTo(...crossed[i + 1]);
                }
            }
        context.stroke();
    }

    /** Draw which class was taken for which: `counts` classes * classes, a row a true class. */
    function confusion(canvas, { counts, classes, color }) {
        const { context, width } = fresh(canvas, (w) => w);
        const edge = 18;
        const cell = (width - edge) / classes;
        context.font = `${Math.max(9, cell * 0.42)}px sans-serif`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        for (let row = 0; row < classes; row++) {
            const total =
                counts.slice(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0) || 1;
            context.fillStyle = css("muted");
            context.fillText(row, edge / 2, edge + (row + 0.5) * cell);
            context.fillText(row, edge + (row + 0.5) * cell, edge / 2);
            for (let column = 0; column < classes; column++) {
                const count = counts[row * classes + column];
                const at = [edge + column * cell + 0.5, edge + row * cell + 0.5];
                context.globalAlpha = count && 0.15 + (0.85 * count) / total;
                context.fillStyle = css(row === column ? color : "ink");
                context.fillRect(...at, cell - 1, cell - 1);
                context.globalAlpha = 1;
                context.strokeStyle = css("grid");
                context.strokeRect(...at, cell - 1, cell - 1);
            }
        }
    }

    /** Draw what each unit of a layer answers: over the plane, or on average for each class of digits. */
    function answers(canvas, { units, columns, values, isPlane, color }) {
        const across = Math.min(units, 8);
        const gap = 3;
        const { context, width } = fresh(canvas, (w) => Math.ceil(units / across) * (w / 8));
        const size = width / 8;
        const finite = values.filter(Number.isFinite).map(Math.abs);
        const largest = finite.reduce((a, b) => Math.max(a, b), 0) || 1;
        const [plus, minus] = [rgb(css(color)), rgb(css("ink"))];
        const tint = (v) => [
            ...(v > 0 ? plus : minus),
            (v > 0 ? 230 : 120) * Math.min(Math.abs(v) / largest, 1) || 0,
        ];
        for (let unit = 0; unit < units; unit++) {
            const [x, y, s] = [
                (unit % across) * size,
                Math.floor(unit / across) * size,
                size - gap,
            ];
            if (isPlane)
                context.drawImage(
                    image(values, unit * columns, Math.round(Math.sqrt(columns)), tint),
                    x + 0.5,
                    y + 0.5,
                    s,
                    s,
                );
            else
                bars(
                    context,
                    values.subarray(unit * columns, (unit + 1) * columns),
                    largest,
                    [x, y, s],
                    [css(color), css("muted")],
                );
            context.strokeStyle = css("grid");
            context.strokeRect(x + 0.5, y + 0.5, s, s);
        }
    }

    function bars(context, values, largest, [x, y, size], [plus, minus]) {
        const middle = y + size / 2;
        values.forEach((value, i) => {
            context.fillStyle = value > 0 ? plus : minus;
            context.fillRect(
                x + 1 + (i * (size - 1)) / values.length,
                middle,
                (size - 1) / values.length - 0.5,
                (-value / largest) * (size / 2 - 1) || 0,
            );
        });
    }

    return { boundary, confusion, answers };
});
