/* The list of challenges and the one that is open: first a guess, then play, then the page's own check. Progress stays in the browser. */
"use strict";
lab.define("challenges", (lab) => {
  const tasks = lab.get("tasks");
  const KEY = "weightinit-lab-solved";

  /* Some browsers refuse to keep anything, from a folder for example: then progress lasts as long as the page. */
  function kept() {
    try {
      return new Set(JSON.parse(localStorage.getItem(KEY)) ?? []);
    } catch {
      return new Set();
    }
  }
  function keep(solved) {
    try {
      localStorage.setItem(KEY, JSON.stringify([...solved]));
    } catch {
      /* as above */
    }
  }

  /**
   * Make the list (`list`) and the open challenge (`panel`). `act`: open(task) loads its setting, lock(bool) keeps play from
   * being pressed, close(), say(words). `look(view)` is to be called with each measurement.
   */
  function make(act) {
    const solved = kept();
    const list = element("section", "lab-tasks", "");
    const panel = element("section", "lab-task", "");
    panel.hidden = true;
    panel.setAttribute("aria-label", "Challenge");
    let open = null;

    function drawList() {
      list.innerHTML = `<h2 id="challenges">Ten challenges</h2><p>Guess first, then see. The page checks what you did; ${solved.size} of ${tasks.length} solved.</p><ol></ol>`;
      tasks.forEach((task) => {
        const item = element("li", "", "");
        const button = element("button", "", `${solved.has(task.id) ? "✓ " : ""}${task.title}`);
        button.type = "button";
        if (solved.has(task.id)) button.setAttribute("aria-label", `${task.title}, solved`);
        button.addEventListener("click", () => begin(task.id));
        item.append(button);
        list.lastChild.append(item);
      });
    }

    function begin(id) {
      const task = tasks.find((one) => one.id === id);
      if (!task) return;
      open = { task, guess: null, came: null, step: 0, isDone: false, trials: new Map() };
      act.open(task);
      act.lock(true);
      drawPanel();
      panel.hidden = false;
      panel.querySelector("h2").focus();
      panel.scrollIntoView({ block: "start" });
    }

    function drawPanel() {
      const { task } = open;
      const number = tasks.indexOf(task) + 1;
      const choices = task.options.map(({ text }, i) => `<label><input type="radio" name="lab-guess" value="${i}"> ${text}</label>`).join("");
      panel.innerHTML = `<h2 tabindex="-1">Challenge ${number}: ${task.title}</h2><p>${task.ask}</p>
        <fieldset><legend>First your guess: ${task.question}</legend>${choices}</fieldset>
        <p class="lab-verdict">Choose, and the buttons unlock.</p>
        <details><summary>Hint</summary><p>${task.hint}</p></details>
        <p class="lab-why" hidden>${task.why} <a href="${task.link[0]}">${task.link[1]}</a></p>
        <p class="lab-leave"></p>`;
      panel.querySelector("fieldset").addEventListener("change", ({ target }) => guess(Number(target.value)));
      const again = button("Set it up again", () => act.open(task));
      const next = button("Next challenge", () => begin(tasks[number % tasks.length].id));
      panel.lastElementChild.append(again, next, button("Leave", close));
    }

    function guess(choice) {
      open.guess = choice;
      act.lock(false);
      for (const input of panel.querySelectorAll("fieldset input")) input.disabled = true;
      tell();
      act.look();
    }

    function close() {
      open = null;
      panel.hidden = true;
      act.lock(false);
      act.close();
      list.querySelector("button").focus();
    }

    /* What became of the guess, and of the task. */
    function tell() {
      const { task, guess, came, isDone } = open;
      const words = [];
      if (came === null) words.push(task.at ? `Now run at least ${task.at} steps of this setting to see.` : "");
      else words.push(`After ${open.step} steps: ${task.options[came].text} ${came === guess ? "You guessed it." : "You guessed something else."}`);
      words.push(isDone ? "Solved." : "Now change what you like until the challenge is solved.");
      const line = panel.querySelector(".lab-verdict");
      const text = words.filter(Boolean).join(" ");
      if (line.textContent === text) return;
      line.textContent = text;
      act.say(text);
      panel.querySelector(".lab-why").hidden = !isDone;
      panel.classList.toggle("lab-done", isDone);
    }

    /** Look at a measurement: {a, b, isUntouched: whether the setting is the challenge's own}. */
    function look(view) {
      if (!open || open.guess === null || !view.a?.now.layers) return;
      const { task, trials } = open;
      note(trials, view.a);
      const whole = { ...view, trials: [...trials.values()] };
      const isDone = open.isDone || task.check(whole);
      const isDue = task.at === undefined ? isDone : view.isUntouched && view.a.now.step >= task.at;
      if (open.came === null && isDue) {
        open.came = task.options.findIndex(({ holds }) => holds(whole));
        open.step = view.a.now.step;
      }
      if (isDone && !open.isDone) {
        open.isDone = true;
        solved.add(task.id);
        keep(solved);
        drawList();
      }
      tell();
    }

    drawList();
    return { list, panel, begin, look };
  }

  /* Keep what a run came to: how many points were right at 300 steps, the first time it is seen. */
  function note(trials, { setting, now, history }) {
    const key = JSON.stringify(setting);
    const trial = trials.get(key) ?? { setting };
    if (trial.at300 === undefined && (now.step >= 300 || now.finite === false)) trial.at300 = now.finite ? history.accuracy.at(-1) : 0;
    trials.set(key, trial);
  }

  function element(tag, name, text) {
    return Object.assign(document.createElement(tag), { className: name, textContent: text });
  }
  function button(text, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.addEventListener("click", act);
    return made;
  }

  return { make };
});
