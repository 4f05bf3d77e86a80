"use strict";
/* The worker: networks side by side, trained while they are to play, shown 30 times a second.

It takes {type}: "set" {settings, look: {layer, grid}}, "look" {layer, grid}, "play" {rate}, "pause",
"step" {count}, "rewind", "export" {which}. It sends, for each network by its place `which`:
"started" {setting, theory, why, box} or "refused" {message}, "snapshot" (what `snapshot` below puts
together; a part that is null is as it was), "exported"; and "paused" {steps} whenever it rests. */

lab.define("worker", (lab) => {
    const FRAME = 1000 / 30; // milliseconds
    const SHARE = 0.5; // of a frame, for what shows; more than that takes turns
    const SIDES = [8, 12, 16, 24, 32, 48, 64]; // of a grid
    const ENGINE = [
        "theory", "random", "matrix", "starts", "activations", "network", "optimizers",
        "measures", "meanfield", "prediction", "words", "settings", "session", "worker",
    ];

    /** Start the engine in a thread of its own; messages go to `receive`. */
    function start(receive) {
        const text = `${lab.source(ENGINE)}\nlab.get("worker").serve(self);`;
        const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        const worker = new Worker(address);
        worker.onmessage = ({ data }) => receive(data);
        return {
            post: (message) => worker.postMessage(message),
            stop() {
                worker.terminate();
                URL.revokeObjectURL(address);
            },
        };
    }

    /** Answer the messages of a port: {postMessage, onmessage}. */
    function serve(port) {
        const { create } = lab.get("session");
        const { check } = lab.get("settings");
        const { sentence } = lab.get("words");
        let sessions = [];
        let look = { layer: 0, grid: 32 };
        let playing = null; // while it plays: {rate, since, next frame, steps made}
        const cost = { measure: 0, picture: 0 }; // milliseconds, of all networks
        let turn = "measure";
        let rest = 0; // until when nothing costly is shown
        let shownSide = look.grid;

        const now = () => performance.now();

        function timed(part, make) {
            const from = now();
            const made = sessions.map(make);
            cost[part] = now() - from;
            return made;
        }

        /** Return the side of a grid that keeps within a frame; while it rests, what was asked for. */
        function side() {
            if (!playing || !cost.picture) return look.grid;
            const perPoint = cost.picture / shownSide ** 2;
            const fits = SIDES.filter((s) => s <= look.grid && perPoint * s * s < SHARE * FRAME);
            return fits.length ? fits[fits.length - 1] : SIDES[0];
        }

        const isCrowded = () => playing !== null && cost.measure + cost.picture > SHARE * FRAME;

        /** Return what is to be shown next: one part at a time, and rests, where all take too long. */
        function due(moment) {
            if (!isCrowded()) return ["measure", "picture"];
            return moment < rest ? [] : [turn];
        }

        function show() {
            const parts = due(now());
            const has = (part) => parts.includes(part);
            const measured = has("measure") ? timed("measure", (s) => (s.seen = s.measure())) : [];
            const size = side();
            const pictures = has("picture")
                ? timed("picture", (s) => s.picture(look.layer, size))
                : [];
            if (has("picture")) shownSide = size;
            if (parts.length === 1) {
                rest = now() + cost[turn]; // as long is trained in between
                turn = turn === "measure" ? "picture" : "measure";
            }
            sessions.forEach((session, which) => snapshot(session, which, measured, pictures));
        }

        function snapshot(session, which, measured, pictures) {
            const { loss, accuracy, testLoss, testAccuracy } = session.seen;
            const { boundary = null, confusion = null, answers = null, side: grid = 0 } =
                pictures[which] || {};
            const message = {
                type: "snapshot",
                which,
                step: session.step,
                epoch: session.epoch(),
                playing: playing !== null,
                finite: session.finite,
                loss,
                accuracy,
                testLoss,
                testAccuracy,
                layers: measured.length ? session.seen.layers : null,
                grid,
                boundary,
                confusion,
                answers,
                words: sentence(session),
            };
            const arrays = [boundary, confusion, answers && answers.values].filter(Boolean);
            port.postMessage(message, arrays.map((array) => array.buffer));
        }

        function stop() {
            playing = null;
            show();
            port.postMessage({ type: "paused", steps: sessions.map((s) => s.step) });
        }

        function advance() {
            for (const session of sessions) if (session.finite) session.advance();
        }

        const canMove = () => sessions.some((session) => session.finite);

        function frame(run) {
            if (playing !== run) return;
            const steps = run.rate === null ? Infinity : ((now() - run.since) * run.rate) / 1000;
            run.next = Math.max(run.next + FRAME, now());
            const until = due(run.next).reduce((time, part) => time - cost[part], run.next);
            do {
                if (run.made >= steps || !canMove()) break;
                advance();
                run.made += 1;
            } while (now() < until);
            if (!canMove()) {
                stop();
                return;
            }
            show();
            setTimeout(frame, Math.max(0, run.next - now()), run);
        }

        function setUp(settings) {
            playing = null;
            const made = [];
            for (const [which, setting] of settings.entries()) {
                try {
                    made.push(create(check(setting)));
                } catch (error) {
                    if (!(error instanceof RangeError)) throw error;
                    port.postMessage({ type: "refused", which, message: error.message });
                    return;
                }
            }
            sessions = made;
            sessions.forEach((session, which) => {
                const { lines: theory, why } = session.lines();
                const { setting, box } = session;
                session.first = session.measure();
                port.postMessage({ type: "started", which, setting, theory, why, box });
            });
            stop();
        }

        const answers = {
            set({ settings, look: wanted }) {
                look = { ...look, ...wanted };
                setUp(settings);
            },
            look({ layer = look.layer, grid = look.grid }) {
                look = { ...look, layer, grid };
                if (!playing) show();
            },
            play({ rate = null }) {
                playing = { rate, since: now(), next: now(), made: 0 };
                setTimeout(frame, 0, playing);
            },
            pause: stop,
            step({ count = 1 }) {
                playing = null;
                for (let k = 0; k < count && canMove(); k++) advance();
                stop();
            },
            rewind() {
                sessions.forEach((session) => session.rewind());
                stop();
            },
            export({ which = 0 }) {
                port.postMessage({ type: "exported", which, ...sessions[which].exported() });
            },
        };

        port.onmessage = ({ data }) => answers[data.type](data);
    }

    return { start, serve, ENGINE };
});
