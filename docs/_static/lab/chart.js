/* A line chart as SVG: a few lines over layers or steps, linear or logarithmic. Its colours are classes, so that the theme turns it. */
"use strict";
lab.define("chart", () => {
    const HEIGHT = 122;
    const EDGE = { left: 38, right: 10, top: 14, bottom: 18 };
    const FEWEST_DECADES = 2;

    /**
     * Make a chart; `draw(lines, [first, last])` shows lines [{values, at, kind, label}] from x = first to last.
     * `at` is the x of each value (1, 2, ... if left out); `kind` classes: the start's colour, "lab-dashed", "lab-theory".
     */
    function chart(
        title,
        { log = false, range = null, most = () => Infinity, format = short, xlabel = "layer" } = {},
    ) {
        const root = document.createElement("figure");
        root.className = "lab-chart";
        root.innerHTML = `<figcaption>${title}</figcaption><svg role="img" height="${HEIGHT}"></svg>`;
        const svg = root.lastChild;
        function draw(lines, ends) {
            const width = svg.clientWidth || 240;
            const scale = log
                ? logarithmic(lines)
                : linear(lines, range ?? [0, Math.min(largest(lines), most())]);
            const place = {
                x: (x) =>
                    EDGE.left +
                    ((x - ends[0]) / (ends[1] - ends[0] || 1)) * (width - EDGE.left - EDGE.right),
                y: (value) =>
                    HEIGHT - EDGE.bottom - scale.at(value) * (HEIGHT - EDGE.top - EDGE.bottom),
            };
            svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
            svg.innerHTML =
                axes(scale, place, ends, width, log ? power : format, xlabel) +
                lines.map((line) => path(line, place)).join("");
        }
        return {
            root,
            draw,
            title,
            describe: (text) => svg.setAttribute("aria-label", `${title}: ${text}`),
        };
    }

    /* From 0, at the bottom, to 1; what is 0 lies below all decades, what is infinite above. */
    function logarithmic(lines) {
        const finite = lines
            .flatMap(({ values }) => [...values].filter((v) => v > 0 && Number.isFinite(v)))
            .map(Math.log10);
        let low = Math.floor(Math.min(...finite, 0) + 1e-9);
        let high = Math.ceil(Math.max(...finite, 0) - 1e-9);
        if (!finite.length) [low, high] = [-1, 1];
        if (high - low < FEWEST_DECADES) [low, high] = [low - 1, high + 1];
        const hasZero = lines.some(({ values }) => [...values].some((v) => v === 0));
        const foot = hasZero ? 0.12 : 0;
        const at = (v) =>
            v === 0
                ? 0
                : v === Infinity
                  ? 1
                  : foot + ((1 - foot) * (Math.log10(v) - low)) / (high - low);
        const middle = low < 0 && high > 0 ? 0 : Math.round((low + high) / 2);
        const isFar = (exponent) => Math.min(exponent - low, high - exponent) > (high - low) / 7; // numbers do not touch
        const ticks = [low, ...[middle].filter(isFar), high].map((exponent) => 10 ** exponent);
        return { at, ticks: hasZero ? [0, ...ticks] : ticks };
    }

    function linear(lines, [low, high]) {
        const at = (v) => Math.min(Math.max((v - low) / (high - low), 0), 1);
        return { at, ticks: high === 1 ? [0, 0.5, 1] : [low, nice(high)] };
    }

    const largest = (lines) =>
        1.05 *
        Math.max(...lines.flatMap(({ values }) => [...values].filter(Number.isFinite)), 1e-9);
    const nice = (high) => {
        const unit = 10 ** Math.floor(Math.log10(high));
        return unit * [5, 2, 1].find((n) => n * unit <= high);
    };
    const short = (v) => String(Number(v.toPrecision(2)));
    const raised = (n) => String(n).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
    const power = (v) => (v === 0 ? "0" : v === 1 ? "1" : `10${raised(Math.round(Math.log10(v)))}`);

    function axes(scale, place, ends, width, format, xlabel) {
        const rows = scale.ticks.map((v) => {
            const y = place.y(v).toFixed(1);
            return `<path class="lab-grid" d="M${EDGE.left} ${y}H${width - EDGE.right}"/><text x="${EDGE.left - 4}" y="${y}" class="lab-y">${format(v)}</text>`;
        });
        const foot = `y="${HEIGHT - 4}"`;
        const numbers = `<text x="${EDGE.left}" ${foot}>${ends[0]}</text><text x="${width - EDGE.right}" ${foot} class="lab-end">${ends[1]}</text>`;
        return `${rows.join("")}${numbers}<text x="${(EDGE.left + width - EDGE.right) / 2}" ${foot} class="lab-middle">${xlabel}</text>`;
    }

    /* A line; where it has one point, or lies at 0, dots as well. Gaps are where a value is not a number. */
    function path({ values, at, kind, label }, place) {
        let line = "";
        let dots = "";
        let isPen = false;
        let end = null;
        values.forEach((value, i) => {
            if (Number.isNaN(value)) return (isPen = false);
            end = [place.x(at ? at[i] : i + 1).toFixed(1), place.y(value).toFixed(1)];
            line += `${isPen ? "L" : "M"}${end}`;
            if (values.length < 9 && !kind.includes("lab-theory"))
                dots += `<circle cx="${end[0]}" cy="${end[1]}" r="2.2"/>`;
            isPen = true;
        });
        const name =
            label && end
                ? `<text x="${end[0]}" y="${end[1]}" dx="${kind.includes("lab-of-B") ? -12 : 0}" dy="-4" class="lab-end">${label}</text>`
                : "";
        return `<g class="lab-line ${kind}"><path d="${line}"/>${dots}${name}</g>`;
    }

    return { chart };
});
