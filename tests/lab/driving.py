"""Drive an engine of the lab through its messages, and draw settings for it."""

from typing import Any

import numpy as np

__all__ = ["DRIVE", "random_settings"]

# A function of `connect`, which opens an engine, and what to run: {setting, steps}.
DRIVE = """async (connect, { setting, steps }) => {
    const got = [];
    let wake = () => {};
    const engine = connect((message) => {
        got.push(message);
        wake();
    });
    const until = async (...types) => {
        while (!got.some(({ type }) => types.includes(type))) await new Promise((r) => (wake = r));
        return got.splice(0);
    };
    const isOdd = (value) => typeof value === "number" && !Number.isFinite(value);
    const plain = (value) => {
        if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value, plain);
        if (value === null || typeof value !== "object") return isOdd(value) ? `${value}` : value;
        return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
    };
    engine.post({ type: "set", settings: [setting], look: { layer: 0, grid: 8 } });
    const [begun] = await until("paused", "refused");
    if (begun.type === "refused") {
        engine.stop();
        return { refused: begun.message };
    }
    engine.post({ type: "step", count: 0 });
    const [before] = await until("paused");
    engine.post({ type: "step", count: steps });
    const [after] = await until("paused");
    engine.post({ type: "export", which: 0 });
    const [exported] = await until("exported");
    engine.stop();
    const kept = ({ step, finite, loss, accuracy, testLoss, testAccuracy, layers }) =>
        ({ step, finite, loss, accuracy, testLoss, testAccuracy, layers });
    const { start, now, orders } = exported;
    return plain({ before: kept(before), after: kept(after), start, now, orders });
}"""


def random_settings(theory: dict[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Return settings drawn from all that can be set; some of them LSUV may refuse."""
    rng = np.random.default_rng(seed)

    def one_of(values: Any) -> Any:
        return list(values)[rng.integers(len(values))]

    def setting() -> dict[str, Any]:
        depth = int(np.exp(rng.uniform(0, np.log(31))))
        odd = {"layer": int(rng.integers(depth + 1)), "start": one_of(["zeros", "std1", "small"])}
        return {
            "data": one_of(theory["data"]),
            "depth": depth,
            "width": int(rng.integers(1, 33)),
            "activation": one_of(theory["activations"]),
            "start": one_of(theory["starts"]),
            "std": float(10 ** rng.uniform(-2, 0)),
            "odd": odd if rng.random() < 0.3 else None,
            "biases": float(one_of([0, 0.5])),
            "optimizer": one_of(theory["optimizers"]),
            "rate": float(10 ** rng.uniform(-3, -0.5)),
            "batch": int(one_of([1, 7, 30, 150, 300])),
            "seed": int(rng.integers(2**32)),
        }

    return [setting() for _ in range(count)]
