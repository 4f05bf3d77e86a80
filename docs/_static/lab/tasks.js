/* The ten challenges. Each asks for a guess about its setting, and has a check of what the reader then makes of it.
   `view`: {a, b: runs as in panels.js, b may be missing; trials: what was run since the challenge was opened}. */
"use strict";
lab.define("tasks", () => {
  const hidden = (run, what) => Array.from(run.now.layers[what]).slice(0, run.setting.depth);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const percent = (share) => `${Math.round(100 * share)} %`;
  const all = (run, start) => run.setting.start.startsWith(start) && !run.setting.odd;
  const fell = ({ history: { loss } }) => 1 - loss.at(-1) / loss[0];
  const isHe = (run) => all(run, "he_") && run.setting.activation === "relu";

  /** Return what share of the map two networks answer alike. */
  function alike({ now: { boundary: p } }, { now: { boundary: q } }) {
    return sum(Array.from(p, (z, i) => z > 0 === q[i] > 0)) / p.length;
  }

  /** Return two tried rates at most 2 apart, of which the smaller worked and the larger failed, or null. */
  function bracket(trials) {
    const he = trials.filter((one) => isHe(one) && one.setting.optimizer === "sgd" && one.at300 !== undefined);
    const pairs = he.flatMap((p) => he.map((q) => [p, q]));
    const rest = ({ setting: { rate, ...others } }) => JSON.stringify(others);
    const found = pairs.find(([p, q]) => p.at300 >= 0.95 && q.at300 < 0.75 && p.setting.rate < q.setting.rate
      && q.setting.rate <= 2 * p.setting.rate && rest(p) === rest(q));
    return found ? found.map(({ setting }) => setting.rate) : null;
  }

  const LOSS = [
    { text: "It falls by more than a tenth.", holds: ({ a }) => fell(a) > 0.1 },
    { text: "It hardly moves: less than a hundredth.", holds: ({ a }) => Math.abs(fell(a)) < 0.01 },
    { text: "Something else: it falls a little, or it rises.", holds: () => true },
  ];

  return [
    {
      id: "hidden-zero",
      title: "Learn with every hidden weight at zero",
      state: "depth=1&rate=1&batch=300&a=zeros&b=none",
      ask: "Reach 90 % on the ring although every weight of the hidden layers starts at zero.",
      question: "All weights are zero, the output's too. What does the loss do in 200 steps?",
      options: LOSS,
      at: 200,
      check: ({ a }) => a.setting.data === "ring" && a.setting.start === "zeros" && (a.setting.odd?.layer ?? a.setting.depth) === a.setting.depth && a.now.accuracy >= 0.9,
      hint: "The gradient of the hidden weights has the output's weights as a factor. What could that one layer start from?",
      why: "A hidden weight gets its gradient through the output's weights. With these at zero too, nothing moves. Draw the output's weights at random and each hidden unit is pushed by another amount: the zeros part.",
      link: ["theory/zero-trap.html", "The zero trap"],
    },
    {
      id: "own-std",
      title: "Carry a signal through 20 ReLU layers",
      state: "depth=20&width=32&act=relu&a=std:0.1&b=none",
      ask: "Choose a std at which the signal's mean square in every one of 20 ReLU layers of 32 units stays within a factor of 10 of the first layer's, before any step.",
      question: "With std 0.1, how large is the signal's mean square in layer 20, compared with layer 1?",
      options: [
        { text: "Within a factor of 10.", holds: ({ a }) => ratio(a) > 0.1 && ratio(a) < 10 },
        { text: "Less than a millionth.", holds: ({ a }) => ratio(a) < 1e-6 },
        { text: "Something between, or much larger.", holds: () => true },
      ],
      at: 0,
      check: ({ a }) => a.setting.depth === 20 && a.setting.width === 32 && a.setting.activation === "relu" && all(a, "std") && a.setting.start === "std" && a.now.step === 0
        && hidden(a, "activations").every((v, _, [first]) => v > first / 10 && v < first * 10),
      hint: "ReLU keeps half of the mean square, and a unit adds up 32 inputs: a layer multiplies by 32 × std² / 2. Which std makes that 1?",
      why: "One layer multiplies the mean square by n std² / 2 on average, twenty layers by that to the power of twenty. Only near std = √(2/n) does a product of twenty factors stay near 1. That is He's formula. A narrow layer also has luck: the product wanders from seed to seed.",
      link: ["theory/he.html", "He's scheme, derived"],
    },
    {
      id: "one-layer",
      title: "Free all units by one layer",
      state: "rate=1&batch=300&a=constant&b=none",
      ask: "Both hidden layers and the output start constant. Let one single layer start differently so that, after some steps, all units of both hidden layers are distinct.",
      question: "All layers start constant. How many distinct units has layer 2 after 100 steps?",
      options: [
        { text: "One.", holds: ({ a }) => a.now.layers.distinct[1] === 1 },
        { text: "All eight.", holds: ({ a }) => a.now.layers.distinct[1] === 8 },
        { text: "Some number between.", holds: () => true },
      ],
      at: 100,
      check: ({ a }) => a.setting.depth === 2 && a.setting.width >= 8 && a.setting.start === "constant" && a.setting.biases === 0 && a.now.step > 0 && hidden(a, "distinct").every((n, i) => n === a.now.layers.units[i]),
      hint: "A layer of random weights makes the units after it differ by what they receive, and the units before it by the gradient that they get. Which layer of weights has units on both sides?",
      why: "Units differ when their incoming or their outgoing weights differ. Only the weights between the two hidden layers touch all units: they come out of layer 1 and go into layer 2. With the first or the output layer random, the units at the other end stay copies, yet the network may still learn.",
      link: ["theory/symmetry.html", "Why equal units stay equal"],
    },
    {
      id: "half-dead",
      title: "Kill half of the units",
      state: "depth=3&act=relu&rate=0.3&batch=300&a=he_normal&b=none",
      ask: "Start a ReLU network by He's formula in every layer, and train it until at least half of its hidden units are dead: 0 at every point.",
      question: "At this learning rate, how many of the 24 units are dead after 300 steps?",
      options: [
        { text: "None.", holds: ({ a }) => sum(hidden(a, "dead")) === 0 },
        { text: "Some, but fewer than half.", holds: ({ a }) => sum(hidden(a, "dead")) < 12 },
        { text: "Half or more.", holds: () => true },
      ],
      at: 300,
      check: ({ a }) => isHe(a) && a.setting.biases === 0 && a.now.finite && a.now.step > 0 && 2 * sum(hidden(a, "dead")) >= sum(hidden(a, "units")),
      hint: "A unit dies when one step pushes its bias and weights so far that it is negative at every point. What makes a step long?",
      why: "A dead ReLU unit has slope zero at every point, so it gets no gradient that could bring it back. A good start does not protect a unit from a step that is too long.",
      link: ["theory/diagnosis.html", "How faults show"],
    },
    {
      id: "adam",
      title: "Rescue weights that are too small",
      state: "depth=3&act=relu&batch=300&a=small&b=none",
      ask: "Three hidden layers start from small weights, every layer of them. Reach 95 % on the ring within 500 steps.",
      question: "With plain gradient descent, what does the loss do in 500 steps?",
      options: LOSS,
      at: 500,
      check: ({ a }) => a.setting.data === "ring" && a.setting.depth >= 3 && all(a, "small") && a.now.accuracy >= 0.95 && a.now.step <= 500,
      hint: "The gradients are tiny. Which optimizer divides a gradient by its own size?",
      why: "Adam takes steps of about the learning rate, whatever the size of the gradient. In a shallow network that forgives weights that are too small. It cannot rescue zero, where there is no gradient to divide.",
      link: ["auto_gallery/training/plot_use_adam_on_a_shallow_net.html", "Adam on a shallow net"],
    },
    {
      id: "rate",
      title: "Find the rate at which He stops working",
      state: "depth=3&act=relu&rate=0.3&batch=300&a=he_normal&b=none",
      ask: "Find two learning rates for SGD, the larger at most twice the smaller: after 300 steps from He's start, the smaller has 95 %, the larger less than 75 %.",
      question: "Where is the rate at which it stops working?",
      options: [
        { text: "Below 1.", holds: ({ trials }) => bracket(trials)?.[1] < 1 },
        { text: "From 1 to 10.", holds: ({ trials }) => bracket(trials)?.[1] <= 10 },
        { text: "Above 10.", holds: () => true },
      ],
      check: ({ trials }) => bracket(trials) !== null,
      hint: "Run 300 steps at 1, then at 10, then halve the gap. Each run counts.",
      why: "A start decides where training begins; how long a step may be depends on how sharply the loss bends there. Beyond that, steps overshoot: here they drive units so far that they die, and the loss stays where guessing has it.",
      link: ["theory/impact-on-training.html", "What a start does to training"],
    },
    {
      id: "alike",
      title: "Make two starts end alike",
      state: "rate=0.5&batch=300&a=zeros&b=xavier_normal",
      ask: "Give A and B different starts and train both to 95 % so that they answer alike on 95 % of the map.",
      question: "A starts at zero, B from Xavier. After 300 steps, which has more points right?",
      options: [
        { text: "B, by 20 percentage points or more.", holds: ({ a, b }) => b.now.accuracy - a.now.accuracy >= 0.2 },
        { text: "They are within 5 points.", holds: ({ a, b }) => Math.abs(b.now.accuracy - a.now.accuracy) < 0.05 },
        { text: "Something between, or A.", holds: () => true },
      ],
      at: 300,
      check: ({ a, b }) => Boolean(b) && a.color !== b.color && a.now.step >= 100 && Boolean(a.now.boundary && b.now.boundary) && Math.min(a.now.accuracy, b.now.accuracy) >= 0.95 && alike(a, b) >= 0.95,
      hint: "Two random starts of about the right scale are close relatives. Width 32 and more steps bring them closer.",
      why: "Where the scale is right, the data decide what is learned, and the name of the scheme matters little. Starts differ much where one of them breaks: at zero, at constants, or many layers deep.",
      link: ["theory/comparing-distributions.html", "Comparing distributions"],
    },
    {
      id: "deep-tanh",
      title: "Train 30 tanh layers",
      state: "depth=30&width=16&batch=300&a=small&b=none",
      ask: "Reach 95 % on the ring with 30 hidden layers of tanh.",
      question: "All layers start from small weights. What does the loss do in 100 steps?",
      options: LOSS,
      at: 100,
      check: ({ a }) => a.setting.data === "ring" && a.setting.depth === 30 && a.setting.activation === "tanh" && a.now.accuracy >= 0.95,
      hint: "The signal has to survive 30 layers: look for the start whose line by layer is flattest. Then a small rate, or Adam at 0.001.",
      why: "tanh has slope 1 at zero, so orthogonal weights carry a small signal and its gradient through any depth nearly unchanged; Xavier's do so on average. Every start that shrinks the signal by a factor per layer is lost at this depth.",
      link: ["theory/xavier.html", "Xavier's scheme, derived"],
    },
    {
      id: "memorize",
      title: "Learn the digits, miss the rule",
      state: "data=digits&width=32&opt=adam&rate=0.003&batch=50&a=he_normal&b=xavier_normal",
      ask: "Find two starts that both get 95 % of the training digits, while one reads at least 10 percentage points fewer new digits than the other.",
      question: "He and Xavier, 300 steps: how far apart are they on new digits?",
      options: [
        { text: "Less than 3 percentage points.", holds: ({ a, b }) => apart(a, b) < 0.03 },
        { text: "From 3 to 10.", holds: ({ a, b }) => apart(a, b) <= 0.1 },
        { text: "More than 10.", holds: () => true },
      ],
      at: 300,
      check: ({ a, b }) => Boolean(b) && a.setting.data === "digits" && Math.min(a.now.accuracy, b.now.accuracy) >= 0.95 && apart(a, b) >= 0.1,
      hint: "Which start leaves the least to learn from the data, because its random answers are already loud?",
      why: "From weights of std 1 the tanh units begin saturated. Small changes fit the training digits; in between, the answers stay those of the random draw. Training accuracy alone does not show it.",
      link: ["theory/impact-on-training.html", "What a start does to training"],
    },
    {
      id: "unlucky",
      title: "Draw a dead network by the right formula",
      state: "depth=10&width=4&act=relu&a=he_normal&b=none",
      ask: "He's start, ReLU, 10 layers of 4 units: find a seed at which the last hidden layer is 0 at every point before the first step.",
      question: "How many seeds will you have to try?",
      options: [
        { text: "At most 5.", holds: ({ trials }) => seeds(trials) <= 5 },
        { text: "6 to 30.", holds: ({ trials }) => seeds(trials) <= 30 },
        { text: "More than 30.", holds: () => true },
      ],
      check: ({ a }) => isHe(a) && a.setting.depth === 10 && a.setting.width === 4 && a.setting.biases === 0 && a.now.step === 0 && a.now.layers.activations[9] === 0,
      hint: "Change the seed, and look at the signal by layer. No step is needed.",
      why: "He's formula keeps the mean square on average over draws. A layer of 4 units can be negative in all of them at every point; then nothing gets through. With width the chance vanishes: the average is a promise about many units.",
      link: ["theory/failure-rates.html", "How often a start fails"],
    },
  ];

  function ratio(run) {
    const signal = hidden(run, "activations");
    return signal.at(-1) / signal[0];
  }
  function apart(a, b) {
    return Math.abs(a.now.testAccuracy - b.now.testAccuracy);
  }
  function seeds(trials) {
    return new Set(trials.map(({ setting }) => setting.seed)).size;
  }
});
