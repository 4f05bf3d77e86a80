/* The Python script that does with the package what the page does: same data, networks, starts in law, and training. */
"use strict";
lab.define("python", (lab) => {
    const theory = lab.get("theory");
    const STEPS = 500; // where the page has made none yet

    const initializer = ({ start, std }, { activation }) =>
        start === "recommended"
            ? theory.activations[activation].recommended.python
            : theory.starts[start].python.replace("{std}", std);

    /** Return the script for the settings of one or two networks that have made so many steps. */
    function script(settings, steps) {
        const [first] = settings;
        const data = theory.data[first.data];
        const sizes = lab.get("settings").sizes(first);
        const batch = Math.min(first.batch, data.train);
        const epochs = Math.max(1, Math.round((steps || STEPS) / Math.ceil(data.train / batch)));
        const each = settings.map((setting, i) => `    "${"AB"[i]}": ${"ab"[i]},`);
        return [
            `"""Train what the lab shows. Its weights are drawn from the same laws, by another generator."""`,
            "",
            "import numpy as np",
            "import weightinit as wi",
            "",
            data.python.trim(),
            "",
            ...settings.flatMap((setting, i) => network("ab"[i], setting, sizes)),
            `for name, net in {`,
            ...each,
            "}.items():",
            "    print(name, wi.trace(net, x, y))",
            "    try:",
            `        history = wi.train(net, x, y, epochs=${epochs}, batch_size=${batch}, ${training(first)}, rng=${first.seed})`,
            `    except FloatingPointError as error:`,
            `        print(name, error)`,
            `        continue`,
            `    new = np.mean(net.predict(x_test) == y_test)`,
            `    print(f"{name}: loss {history.losses[-1]:.3g}, {history.accuracies[-1]:.0%} right, {new:.0%} of new")`,
            "",
        ].join("\n");
    }

    const training = ({ rate, optimizer }) =>
        [`learning_rate=${rate}`, theory.optimizers[optimizer].python].filter(Boolean).join(", ");

    /* The lines that make a network and draw its weights. */
    function network(name, setting, sizes) {
        const lines = [`${name} = wi.mlp([${sizes.join(", ")}], "${setting.activation}")`];
        const patterns = [];
        if (setting.odd)
            patterns.push([`dense${setting.odd.layer}.weight`, initializer(setting.odd, setting)]);
        const biases = `wi.Normal(std=${setting.biases})`;
        const hasBiases = setting.biases > 0;
        if (hasBiases)
            for (let i = 0; i < setting.depth; i++) patterns.push([`dense${i}.bias`, biases]);
        if (setting.start === "lsuv") {
            lines.push(`${name} = wi.lsuv(${name}, x, rng=${setting.seed}).model`);
            patterns.forEach(([key, value], i) =>
                lines.push(
                    `${name}.parameters["${key}"][...] = ${value}(${name}.parameters["${key}"].shape, rng=[${setting.seed}, ${i}])`,
                ),
            );
        } else if (patterns.length) {
            patterns.push(["*.weight", initializer(setting, setting)]);
            const written = patterns.map(([key, value]) => `    "${key}": ${value},`);
            lines.push(`${name}.initialize({`, ...written, `}, rng=${setting.seed})`);
        } else
            lines.push(`${name}.initialize(${initializer(setting, setting)}, rng=${setting.seed})`);
        return [...lines, ""];
    }

    return { script };
});
