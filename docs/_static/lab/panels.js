/* What moves: a card for each network (its start, map, sentence, units), and the charts that both share. */
"use strict";
lab.define("panels", (lab) => {
    const { chart } = lab.get("chart");
    const maps = lab.get("maps");
    const theory = lab.get("theory");
    const MOST_POINTS = 240; // of a curve over the steps
    const COLORS = { zeros: "zero", std1: "normal", std: "normal", lsuv: "orthogonal" };
    const percent = (share) => `${Math.round(100 * share)} %`;
    const brief = (value) => (Number.isFinite(value) ? value.toPrecision(2) : "not finite");

    /** Return the name of the site's colour for a start. */
    function colorOf({ start, activation }) {
        if (start !== "recommended") return COLORS[start] ?? start.split("_")[0];
        const { python } = theory.activations[activation].recommended;
        return /he|xavier|lecun|orthogonal/.exec(python)?.[0] ?? "ink";
    }

    /** Return what is known of a network that has started: its setting, curves, and latest measures. */
    function newRun(name, { setting, theory: lines, why, box }) {
        const history = { step: [], loss: [], testLoss: [], accuracy: [], testAccuracy: [] };
        const color = colorOf(setting);
        return {
            name,
            setting,
            lines,
            why,
            box,
            color,
            history,
            now: {},
            points: lab.get("session").points(setting.data),
        };
    }

    /** Take a snapshot into a run; parts that are null stay as they were. Curves keep a few hundred points. */
    function record(run, snapshot) {
        for (const [key, value] of Object.entries(snapshot))
            if (value !== null) run.now[key] = value;
        const { history, now } = run;
        while (history.step.at(-1) >= now.step)
            for (const values of Object.values(history)) values.pop(); // measured again, or rewound
        for (const [key, values] of Object.entries(history)) values.push(now[key]);
        if (history.step.length > MOST_POINTS)
            for (const key of Object.keys(history))
                history[key] = history[key].filter(
                    (_, i, all) => i % 2 === 0 || i === all.length - 1,
                );
    }

    /** Make the card of a network around `chooser`, which picks its start. */
    function card(name, chooser) {
        const root = document.createElement("section");
        root.className = "lab-net";
        root.setAttribute("aria-label", `Network ${name}`);
        root.innerHTML = `<h2 class="lab-name">${name}</h2><p class="lab-score"></p><canvas class="lab-map" role="img"></canvas>
      <p class="lab-units"></p><canvas class="lab-answers" role="img"></canvas><p class="lab-words"></p>`;
        root.firstChild.after(chooser);
        const part = (what) => root.querySelector(`.lab-${what}`);
        function draw(run, show) {
            const { now, color } = run;
            if (now.step === undefined) return;
            root.className = `lab-net lab-${color}`;
            const numbers = {
                right: percent(now.accuracy),
                "right of new": percent(now.testAccuracy),
                loss: brief(now.loss),
            };
            part("score").innerHTML = Object.entries(numbers)
                .map(([what, value]) => `<span><b>${value}</b> ${what}</span>`)
                .join(" ");
            part("words").textContent = now.words ?? "";
            drawMap(part("map"), run);
            drawUnits(part("units"), part("answers"), run, show);
        }
        return { root, draw };
    }

    function drawMap(canvas, run) {
        const { now, color, box, points, setting } = run;
        if (now.boundary) maps.boundary(canvas, { logits: now.boundary, box, points, color });
        if (now.confusion)
            maps.confusion(canvas, {
                counts: now.confusion,
                classes: theory.data[setting.data].classes,
                color,
            });
        const what = now.confusion ? "Which digits network" : "What network";
        const rest = now.confusion
            ? "takes for which, a row a true digit"
            : "answers in the plane, with the points";
        canvas.setAttribute(
            "aria-label",
            `${what} ${run.name} ${rest}; ${percent(now.accuracy)} of the training points are right.`,
        );
    }

    function drawUnits(line, canvas, { now, color, name, setting }, show) {
        const { layers, answers } = now;
        const layer = show - 1;
        if (layers)
            line.innerHTML = `Layer ${show}: <b>${layers.distinct[layer]}</b> distinct of ${layers.units[layer]}, <b>${layers.dead[layer]}</b> dead, <b>${percent(layers.saturated[layer] || 0)}</b> saturated`;
        if (!answers || answers.layer !== layer) return;
        maps.answers(canvas, {
            ...answers,
            isPlane: theory.data[setting.data].inputs === 2,
            color,
        });
        canvas.setAttribute(
            "aria-label",
            `What each of the ${answers.units} units in layer ${show} of network ${name} answers`,
        );
    }

    /** Make the charts that both networks share; `draw(runs)` shows them. */
    function charts() {
        const root = document.createElement("div");
        root.className = "lab-charts";
        const share = { range: [0, 1], format: percent };
        let guessing = 1; // the loss of an answer that looks at no point
        const all = {
            loss: chart("Loss", { xlabel: "step", most: () => 3 * guessing }),
            accuracy: chart("Points right", { ...share, xlabel: "step" }),
            activations: chart("Signal: mean square by layer", { log: true }),
            gradients: chart("Gradient: mean square by layer", { log: true }),
            update: chart("Update over weight", { log: true }),
            distinct: chart("Distinct units, share", share),
            idle: chart("Dead units; dashed: saturated", share),
        };
        const legend = document.createElement("p");
        legend.className = "lab-legend";
        root.append(...Object.values(all).map((one) => one.root), legend);
        const drawn = (runs) => {
            const ready = runs.filter(({ now }) => now.layers);
            if (!ready.length) return;
            if (ready.length > 1) ready[1].isTwin = ready[0].color === ready[1].color;
            guessing = Math.log(Math.max(2, theory.data[ready[0].setting.data].outputs));
            drawCurves(all, ready);
            drawLayers(all, ready);
            legend.innerHTML = legendOf(ready);
        };
        return {
            root,
            draw: drawn,
            describe: (runs) =>
                describe(
                    all,
                    runs.filter(({ now }) => now.layers),
                ),
        };
    }

    const kind = (run, ...more) =>
        [`lab-${run.color}`, `lab-of-${run.name}`, run.isTwin ? "lab-twin" : "", ...more].join(" ");

    function drawCurves({ loss, accuracy }, runs) {
        const ends = [0, Math.max(...runs.map(({ now }) => now.step), 1)];
        const curves = (key, test) =>
            runs.flatMap((run) => [
                {
                    values: run.history[test].map((v) => v ?? NaN),
                    at: run.history.step,
                    kind: kind(run, "lab-dashed"),
                },
                {
                    values: run.history[key],
                    at: run.history.step,
                    kind: kind(run),
                    label: run.name,
                },
            ]);
        loss.draw(curves("loss", "testLoss"), ends);
        accuracy.draw(curves("accuracy", "testAccuracy"), ends);
    }

    function drawLayers(all, runs) {
        const depth = Math.max(...runs.map(({ setting }) => setting.depth));
        for (const what of ["activations", "gradients", "update"]) {
            const theirs = runs
                .filter(({ lines }) => lines?.[what])
                .map((run) => ({ values: run.lines[what], kind: kind(run, "lab-theory") }));
            all[what].draw(
                [
                    ...theirs,
                    ...runs.map((run) => ({
                        values: run.now.layers[what],
                        kind: kind(run),
                        label: run.name,
                    })),
                ],
                [1, depth + 1],
            );
        }
        const hidden = (run, values) => Array.from(values).slice(0, run.setting.depth);
        const shares = (run, what) =>
            hidden(run, run.now.layers[what]).map((n, i) => n / run.now.layers.units[i]);
        all.distinct.draw(
            runs.map((run) => ({
                values: shares(run, "distinct"),
                kind: kind(run),
                label: run.name,
            })),
            [1, depth],
        );
        const idle = runs.flatMap((run) => [
            { values: hidden(run, run.now.layers.saturated), kind: kind(run, "lab-dashed") },
            { values: shares(run, "dead"), kind: kind(run), label: run.name },
        ]);
        all.idle.draw(idle, [1, depth]);
    }

    function legendOf(runs) {
        const each = runs.map(
            (run) =>
                `<span class="lab-key ${kind(run)}">${run.name}: ${theory.starts[run.setting.start].label}</span>`,
        );
        const why = runs.find((run) => run.why)?.why ?? "";
        return `${each.join(" ")} Solid: training data. Dashed: new data. Dotted: what theory predicts for a wide network at its start. ${why}`;
    }

    /* The words of a chart for those who do not see it, when nothing moves: the ends of its lines. */
    function describe(all, runs) {
        const say = (make) => runs.map((run) => `${run.name} ${make(run)}`).join("; ");
        const ends = (what) =>
            say(
                ({ now }) =>
                    `from ${brief(now.layers[what][0])} in the first layer to ${brief(now.layers[what].at(-1))} in the last`,
            );
        const sum = (values, count) =>
            Array.from(values)
                .slice(0, count)
                .reduce((a, b) => a + b, 0);
        const units = (what) =>
            say(
                ({ now, setting: { depth } }) =>
                    `${sum(now.layers[what], depth)} of ${sum(now.layers.units, depth)}`,
            );
        all.loss.describe(say(({ now }) => `${brief(now.loss)} after ${now.step} steps`));
        all.accuracy.describe(say(({ now }) => `${percent(now.accuracy)} in training`));
        for (const what of ["activations", "gradients", "update"]) all[what].describe(ends(what));
        all.distinct.describe(units("distinct"));
        all.idle.describe(units("dead"));
    }

    return { card, charts, newRun, record };
});
