"use strict";
/* One network in training: its start, its steps in order, and what shows of it. */

lab.define("session", (lab) => {
    const theory = lab.get("theory");
    const network = lab.get("network");
    const starts = lab.get("starts");
    const prediction = lab.get("prediction");
    const { meanSquare, layers } = lab.get("measures");
    const { stream } = lab.get("random");
    // what a stream of random numbers is for, besides the layer
    const WEIGHTS = 1, BIASES = 2, ORDER = 3;
    const known = new Map();

    /** Return the samples of a data set: {x, y, n} to train, and the like under `test`. */
    function points(name) {
        if (!known.has(name)) {
            const { x, y, scale, inputs, train, test } = theory.data[name];
            const whole = inputs === 2 ? Int8Array.from(atob(x), (c) => c.charCodeAt(0)) : x;
            const all = Float64Array.from(whole, (value) => value / scale);
            const labels = Int32Array.from(y, Number);
            const part = (from, to, n) => ({
                x: all.slice(from * inputs, to * inputs),
                y: labels.slice(from, to),
                n,
            });
            known.set(name, { ...part(0, train, train), test: part(train, train + test, test) });
        }
        return known.get(name);
    }

    /** Put the first weights and biases of a setting into a network; an Error says why not. */
    function start(net, setting, data) {
        const { sizes } = net;
        const random = (use, l) => stream(setting.seed, use, l);
        const fill = (l, law) =>
            starts.fill(net.weights[l], law, sizes[l], sizes[l + 1], random(WEIGHTS, l));
        const laws = net.weights.map((_, l) => starts.law(setting, l));
        if (setting.start === "lsuv") {
            const whole = { ...setting, odd: null };
            net.weights.forEach((_, l) => fill(l, starts.law(whole, l)));
            unitVariance(net, data);
            if (setting.odd) fill(setting.odd.layer, laws[setting.odd.layer]);
        } else {
            laws.forEach((law, l) => fill(l, law));
        }
        net.biases.slice(0, -1).forEach((bias, l) => {
            const { normal } = random(BIASES, l);
            for (let u = 0; u < bias.length; u++) bias[u] = setting.biases * normal();
        });
    }

    /** Divide each weight by the std of its pre-activations over the data, from the first on. */
    function unitVariance(net, { x, n }) {
        const room = network.room(net, n);
        net.weights.forEach((weight, l) => {
            network.forward(net, x, n, room, l + 1);
            const z = room.z[l];
            const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
            const std = Math.sqrt(meanSquare(z.map((value) => value - mean)));
            if (!(std > 0 && std < Infinity)) {
                throw new RangeError(
                    `LSUV divides by the std of what a layer makes of the data, and in layer ${l + 1} ` +
                        `that is ${std}: take wider layers, another activation or another seed`,
                );
            }
            for (let i = 0; i < weight.length; i++) weight[i] /= std;
        });
    }

    /** Return the mean of (dL/dz)^2 over outputs for each sample after a pass both ways. */
    function errorsOf(net, { d }, n) {
        const units = net.sizes[net.sizes.length - 1];
        const last = d[d.length - 1];
        return Array.from({ length: n }, (_, i) =>
            meanSquare(last.subarray(i * units, (i + 1) * units)),
        );
    }

    /** Return the box [x0, x1, y0, y1] that holds all points of the plane. */
    function boxOf(data) {
        const reach = (x) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const r = 1.05 * Math.max(reach(data.x), reach(data.test.x));
        return [-r, r, -r, r];
    }

    /** Start a network by a checked setting. */
    function create(setting) {
        const sizes = lab.get("settings").sizes(setting);
        const { classes, inputs } = theory.data[setting.data];
        const data = points(setting.data);
        const net = network.create(sizes, setting.activation);
        start(net, setting, data);
        const parameters = [...net.weights, ...net.biases];
        const first = parameters.map((array) => array.slice());
        const before = net.weights.map((array) => array.slice());
        const pass = network.roomBothWays(net, data.n);
        const testRoom = network.room(net, data.test.n);
        const gridRoom = prediction.room(net);
        const batch = batches(setting, data, inputs);
        const self = { setting, net, data, step: 0, finite: true, box: boxOf(data) };
        let update;
        let isFresh = false; // whether the pass holds all samples, with the weights of now

        /** Pass both ways over some samples; over all, once for the same weights. */
        function bothWays({ x, y, n }) {
            if (isFresh && n === data.n) return pass.result;
            network.forward(net, x, n, pass);
            pass.result = network.loss(net, y, n, pass);
            network.backward(net, x, n, pass);
            isFresh = n === data.n;
            return pass.result;
        }

        /** Go back to the start. */
        self.rewind = () => {
            parameters.forEach((array, p) => array.set(first[p]));
            before.forEach((array, l) => array.set(first[l]));
            update = lab.get("optimizers").create(setting.optimizer, parameters, setting.rate);
            batch.rewind();
            isFresh = false;
            self.step = 0;
            self.finite = true;
        };

        /** Make one step, unless the loss is no longer finite. */
        self.advance = () => {
            self.finite = Number.isFinite(bothWays(batch.next()).loss);
            if (!self.finite) return;
            before.forEach((array, l) => array.set(net.weights[l]));
            update([...pass.weights, ...pass.biases]);
            isFresh = false;
            self.step += 1;
        };

        /** Return losses, accuracies and the measures of all layers, over the training set. */
        self.measure = () => {
            const { loss, accuracy } = bothWays(data);
            network.forward(net, data.test.x, data.test.n, testRoom);
            const test = network.loss(net, data.test.y, data.test.n, testRoom);
            self.finite &&= parameters.every((array) => array.every(Number.isFinite));
            return {
                loss,
                accuracy,
                testLoss: test.loss,
                testAccuracy: test.accuracy,
                layers: layers(net, setting.activation, pass, data.n, before),
            };
        };

        /** Return what the network answers, and the units of layer l: to a grid, or to images. */
        self.picture = (l, side) => {
            const shown = Math.min(l, sizes.length - 2);
            if (inputs !== 2) return prediction.images(net, data.test, classes, shown, gridRoom);
            const grid = prediction.grid(self.box, side);
            return { side, ...prediction.plane(net, grid, shown, gridRoom) };
        };

        /** Return the theory's lines for the start, as `meanfield` does. */
        self.lines = () => {
            const squares = Array.from({ length: data.n }, (_, i) =>
                meanSquare(data.x.subarray(i * inputs, (i + 1) * inputs)),
            );
            bothWays(data);
            const errors = errorsOf(net, pass, data.n);
            const scales = first.slice(0, net.weights.length).map((weight) => meanSquare(weight));
            const given = setting.start === "lsuv" ? scales : null;
            return lab.get("meanfield").lines(setting, sizes, squares, errors, given);
        };

        /** Return the parameters at the start and now, and the order of the samples by epoch. */
        self.exported = () => ({
            start: first,
            now: parameters.map((array) => array.slice()),
            orders: batch.orders(self.step),
        });

        self.epoch = () => self.step / batch.perEpoch;
        self.rewind();
        return self;
    }

    /** Return the batches of training: next() -> {x, y, n}, all samples once in each epoch. */
    function batches({ batch, seed }, data, inputs) {
        const size = Math.min(batch, data.n);
        const perEpoch = Math.ceil(data.n / size);
        const x = new Float64Array(size * inputs);
        const y = new Int32Array(size);
        const shuffled = () => stream(seed, ORDER);
        let random, order, place;

        function next() {
            if (size === data.n) return data;
            if (place >= data.n) {
                order = random.permutation(data.n);
                place = 0;
            }
            const n = Math.min(size, data.n - place);
            for (let i = 0; i < n; i++) {
                const from = order[place + i] * inputs;
                for (let j = 0; j < inputs; j++) x[i * inputs + j] = data.x[from + j];
                y[i] = data.y[order[place + i]];
            }
            place += n;
            return { x, y, n };
        }

        function rewind() {
            random = shuffled();
            place = data.n;
        }

        function orders(steps) {
            const again = shuffled();
            const epochs = size === data.n ? 0 : Math.ceil(steps / perEpoch);
            return Array.from({ length: epochs }, () => again.permutation(data.n));
        }

        return { next, rewind, orders, perEpoch };
    }

    return { create, points };
});
